// One session of the gateway: a server that `mcp-init launch` starts, as the child of a client that treats it as MetaMCP does (detached,
// six variables of the environment, stderr piped).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const environment = Object.fromEntries(
  ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'].map((name) => [name, process.env[name] ?? '']),
);

export class Session {
  #waiting = new Map();
  #last = 0;
  #said = '';

  constructor(server) {
    this.process = spawn('out/mcp-init', ['launch', server], { env: environment, stdio: 'pipe', detached: true });
    this.ended = once(this.process, 'close').catch(() => {});
    this.process.stderr.on('data', (text) => { this.#said = String(text).trim().split('\n').at(-1); });
    this.process.stdin.on('error', () => {});
    this.process.on('error', (error) => this.#fail(error.message));
    this.process.on('exit', (code, signal) => this.#fail(`ended with ${signal ?? code}: ${this.#said}`));
    createInterface({ input: this.process.stdout }).on('line', (line) => this.#read(line));
  }

  get hasEnded() {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async initialize(deadline) {
    const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'soak', version: '1' } };
    await this.request('initialize', client, deadline);
    this.#send({ method: 'notifications/initialized' });
  }

  request(method, params, deadline) {
    if (this.hasEnded) return Promise.reject(new Error('ended before the call'));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, new Error('no answer in time')), deadline);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ id, method, params });
    });
  }

  /** As the TypeScript SDK closes: stdin, two seconds, SIGTERM, two seconds, SIGKILL, and that to the child only. */
  async close() {
    this.process.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      await Promise.race([this.ended, delay(2000, undefined, { ref: false })]);
      if (this.hasEnded) return;
      this.process.kill(signal);
    }
    await this.ended;
  }

  kill() {
    this.process.kill('SIGKILL');
  }

  #send(message) {
    this.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #read(line) {
    const { id, method, result, error } = JSON.parse(line);
    if (method === undefined) this.#settle(id, error && new Error(`refused by JSON-RPC ${error.code}: ${error.message}`), result);
  }

  #settle(id, error, result) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(error);
    else waiting.resolve(result);
  }

  #fail(reason) {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, new Error(reason));
  }
}
