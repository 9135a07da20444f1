// The container with mcp-init as its PID 1 and the world of the soak in it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Container } from '../namespaces/container.mjs';
import { Journal } from './journal.mjs';
import { Members } from './members.mjs';

const command = ['out/mcp-init', 'run', '--config', '/run/soak/mcp-init.toml'];

/** All that the last run wrote, to be read when a target was missed. */
export const logFile = 'out/soak/log';

export class Installation extends Container {
  journal = new Journal();

  static async start() {
    writeFileSync(logFile, '');
    const started = Date.now();
    const files = { 'mcp-init.toml': readFileSync('scripts/soaking/world/mcp-init.toml', 'utf8') };
    const installation = await super.start('soak', command, files);
    installation.started = started;
    return installation;
  }

  heard(text) {
    appendFileSync(logFile, text);
    this.journal.take(text);
  }

  /** @returns after how many ms all services were up; undefined if they are not, a minute and a half after the start */
  async untilUp() {
    while (!this.journal.has('Up')) {
      if (this.hasEnded) throw new Error(`PID 1 ended: ${this.journal.others.join('\n')}`);
      if (Date.now() - this.started > 90_000) return undefined;
      await delay(5);
    }
    return Date.now() - this.started;
  }

  /** @returns the document of a verb as an operator in the container gets it */
  ask(verb) {
    const user = process.getuid() === 0 ? [] : ['--user', '--preserve-credentials'];
    const words = ['--target', String(this.first.pid), '--pid', '--mount', ...user, resolve('out/mcp-init'), verb, '--json'];
    return JSON.parse(execFileSync('nsenter', words, { encoding: 'utf8', timeout: 20_000 }));
  }

  /** Sends SIGTERM. @returns the servers that ran, the ms until the end, the exit code, and the processes that PID 1 left to the kernel */
  async shutDown() {
    const witness = spawn('out/soak/witness', [String(this.first.pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const said = createInterface({ input: witness.stdout });
    await once(said, 'line');
    const servers = new Members(this).servers.length;
    const ended = once(this.launcher, 'exit');
    const started = Date.now();
    process.kill(this.first.pid, 'SIGTERM');
    await once(said, 'line', { signal: AbortSignal.timeout(60_000) });
    const ms = Date.now() - started;
    const left = this.processes().filter(({ pid, state }) => pid !== this.first.pid && state !== 'Z');
    witness.stdin.end('\n');
    const [code, signal] = await ended;
    return { ms, servers, code: signal ?? code, left: left.map(({ args, name }) => args.join(' ').trim() || name) };
  }
}
