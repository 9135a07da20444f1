// The operator's window: how long does a look take, as a whole process, and how long does it hold up PID 1?
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { repeat } from './measure.mjs';
import { median, milliseconds, ratio } from './report.mjs';
import { freshPath, mcpInit } from './workspace.mjs';

const rounds = 100;
const answers = 50;
const sizes = { 15: 2.5, 200: 5 };
const longestHold = 10;

/** mcp-init beside us, so that its clients see the same processes as it does. */
class Running {
  static async start(count) {
    const directory = freshPath('run');
    mkdirSync(directory);
    const services = Array.from({ length: count }, (_, i) => [
      `[service.s${String(i).padStart(3, '0')}]`, 'command = ["sleep", "3600"]', 'log = "none"', '',
    ].join('\n'));
    const file = freshPath('window.toml');
    writeFileSync(file, `[init]\nruntime_dir = "${directory}"\n[limits]\nmax_instances = 1000\n\n${services.join('\n')}`);
    const init = spawn(mcpInit, ['run', '--config', file], { stdio: 'ignore' });
    const running = Object.assign(new Running(), { init, directory, environment: { ...process.env, MCP_INIT_RUNTIME_DIR: directory } });
    for (let tries = 0; ; tries++) {
      try {
        execFileSync(mcpInit, ['wait', '--timeout', '20s'], { env: running.environment, stdio: 'ignore' });
        return running;
      } catch (error) {
        // 2: its socket is not there yet.
        if (error.status !== 2 || tries > 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** The ns from a request to the end of its answer, and the ns of processor time that it costs PID 1, which nobody else uses. */
  async ask(request) {
    const socket = createConnection(join(this.directory, 'control.sock'));
    await once(socket, 'connect');
    const took = [];
    const before = this.#processorTime();
    for (let i = 0; i < answers; i++) {
      const start = process.hrtime.bigint();
      socket.write(`${request}\n`);
      for (let text = ''; !text.includes('"row":"end"'); ) text = text.slice(-64) + String((await once(socket, 'data'))[0]);
      took.push(Number(process.hrtime.bigint() - start));
    }
    socket.destroy();
    return { took: median(took), processor: (this.#processorTime() - before) / answers };
  }

  /** In ns, from the scheduler (proc(5), schedstat), since the ticks of stat are too coarse. */
  #processorTime() {
    return Number(readFileSync(`/proc/${this.init.pid}/schedstat`, 'utf8').split(' ')[0]);
  }

  async stop() {
    const gone = once(this.init, 'exit');
    this.init.kill('SIGTERM');
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
    const looks = await report.attempt(`status of ${count}`, () =>
      repeat('plain', rounds, [[mcpInit, '--version'], [mcpInit, 'status'], [mcpInit, 'ps'], [mcpInit, 'health']]));
    if (before === undefined) delete process.env.MCP_INIT_RUNTIME_DIR;
    else process.env.MCP_INIT_RUNTIME_DIR = before;
    const answer = await report.attempt(`answer of ${count}`, () => running.ask('{"verb":"status"}'));
    await running.stop();
    if (!looks || !answer) continue;
    const [version, status, ps, health] = looks.map(median);
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
