// usage: node sessions.mjs COUNT hold|turns MATCH COMMAND [ARGUMENT…]
// So many sessions at once, each a server of its own, detached as MetaMCP starts them. Those that are served either hold their
// server until all have been answered, or close it at once, so that others have their turn. Says as JSON how many were served and
// refused, in words and how late at most, with which exit codes all ended, and how many processes with MATCH in the name of
// their script ran at the same time at most.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , count, mode, match, command, ...args] = process.argv;
const deadline = 60_000;

class Session {
  constructor() {
    this.started = performance.now();
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child.stdin.on('error', () => {});
    this.child.stderr.resume();
    this.ended = once(this.child, 'exit').then(([code, signal]) => signal ?? code);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(id, method, params) {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const { value } = await Promise.race([this.lines.next(), new Promise((resolve) => setTimeout(resolve, deadline, {}).unref())]);
    return value === undefined ? { hung: true } : JSON.parse(value);
  }

  async run() {
    const answer = await this.ask(1, 'initialize', {
      protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'sessions', version: '1' },
    });
    this.ms = performance.now() - this.started;
    this.reason = answer.error?.message;
    this.served = answer.result !== undefined;
    if (this.served) {
      this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
      const { result } = await this.ask(2, 'tools/list', {});
      this.served = result?.tools?.length > 0;
      if (mode === 'turns') this.child.stdin.end();
    }
    return this;
  }
}

function running() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      const [program, script] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return /(^|\/)node$/.test(program) && script?.endsWith(match);
    } catch {
      return false;
    }
  }).length;
}

let most = 0;
const watch = setInterval(() => { most = Math.max(most, running()); }, 100);
const sessions = Array.from({ length: Number(count) }, () => new Session());
const answered = await Promise.all(sessions.map((session) => session.run()));
most = Math.max(most, running());
clearInterval(watch);
for (const { child } of sessions) child.stdin.end();
const codes = await Promise.all(sessions.map(({ ended }) => ended));
const refused = answered.filter(({ reason }) => reason !== undefined);
console.log(JSON.stringify({
  served: answered.filter(({ served }) => served).length,
  refused: refused.length,
  reasons: [...new Set(refused.map(({ reason }) => reason.replaceAll(/\d+/g, 'N')))].slice(0, 3),
  slowest: Math.round(Math.max(...answered.map(({ ms }) => ms))),
  codes: [...new Set(codes)],
  most,
}));
