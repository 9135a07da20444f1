// The operator's window: how long does a look take, as a whole process, and how long does it hold up PID 1?
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repeat } from './measure.mjs';
import { median, milliseconds, ratio } from './report.mjs';
import { freshPath, mcpInit } from './workspace.mjs';

const rounds = 100;
const answers = 50;
const sizes = { 15: 2.5, 200: 5 };
const longestHold = 10;
const looks = ['--version', 'status', 'ps', 'health'];

/** mcp-init in a PID namespace of its own, as in a container: its clients in there see its processes, and none of this machine. */
class Running {
  static async start(count) {
    const directory = freshPath('run');
    mkdirSync(directory);
    const services = Array.from({ length: count }, (_, i) => [
      `[service.s${String(i).padStart(3, '0')}]`, 'command = ["sleep", "3600"]', 'log = "none"', '',
    ].join('\n'));
    const file = freshPath('window.toml');
    writeFileSync(file, `[init]\nruntime_dir = "${directory}"\n[limits]\nmax_instances = 1000\n\n${services.join('\n')}`);
    const unshare = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', mcpInit, 'run', '--config', file], { stdio: 'ignore' });
    const running = Object.assign(new Running(), { unshare, directory });
    const environment = { ...process.env, MCP_INIT_RUNTIME_DIR: directory };
    for (let tries = 0; ; tries++) {
      try {
        running.pid = Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').trim());
        running.within = ['nsenter', '--target', String(running.pid), '--pid', '--mount'];
        const [first, ...others] = [...running.within, mcpInit, 'wait', '--timeout', '20s'];
        execFileSync(first, others, { env: environment, stdio: 'ignore' });
        return running;
      } catch (error) {
        // It does not run yet, or its socket is not there.
        if (tries > 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** The ns from a request to the end of its answer, and the ns of processor time that it costs PID 1, which no other client uses. */
  async ask(request) {
    const before = this.#processorTime();
    const script = fileURLToPath(new URL('ask.mjs', import.meta.url));
    const [first, ...others] = [
      ...this.within, process.execPath, script, join(this.directory, 'control.sock'), request, String(answers),
    ];
    const took = execFileSync(first, others, { timeout: 60_000 }).toString().trim().split('\n').map(Number);
    return { took: median(took), processor: (this.#processorTime() - before) / answers };
  }

  /** In ns, from the scheduler (proc(5), schedstat), since the ticks of stat are too coarse. */
  #processorTime() {
    return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'utf8').split(' ')[0]);
  }

  async stop() {
    const gone = once(this.unshare, 'exit');
    process.kill(this.pid, 'SIGTERM');
    await gone;
  }
}

export async function window(report) {
  const rows = [];
  for (const [count, most] of Object.entries(sizes)) {
    const running = await report.attempt(`start of ${count} services`, () => Running.start(Number(count)));
    if (!running) continue;
    const before = process.env.MCP_INIT_RUNTIME_DIR;
    process.env.MCP_INIT_RUNTIME_DIR = running.directory;
    const took = await report.attempt(`status of ${count}`, () =>
      repeat('plain', rounds, looks.map((word) => [mcpInit, word]), { within: running.within }));
    if (before === undefined) delete process.env.MCP_INIT_RUNTIME_DIR;
    else process.env.MCP_INIT_RUNTIME_DIR = before;
    const answer = await report.attempt(`answer of ${count}`, () => running.ask('{"verb":"status"}'));
    await running.stop();
    if (!took || !answer) continue;
    const [version, status, ps, health] = took.map(median);
    rows.push([count, ...[version, status, ps, health, answer.took, answer.processor].map(milliseconds)]);
    report.target(`status of ${count} instances, whole process`, `at most ${most} × --version`, ratio(status, version),
      status <= most * version);
    report.target(`an answer of ${count} rows, PID 1's processor time`, `at most ${longestHold} ms`, milliseconds(answer.processor),
      answer.processor <= longestHold * 1e6);
  }
  report.table(`Looks at a running mcp-init, medians of ${rounds}; without cgroups`, [
    ['services', '--version', 'status', 'ps', 'health', 'answer to status', "PID 1's processor time"], ...rows,
  ]);
}
