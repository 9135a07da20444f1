// The gateway of the incident, in small. It starts servers as MetaMCP does: each session has one of every server, detached
// in a session of its own, with six variables of the environment and stderr piped; and nothing ever closes one. It listens
// on the socket $GATEWAY_SOCKET. POST /session opens a session, /session/NAME one with this server alone; the answer says how long
// each server took to its own first answer.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const { mcpServers } = JSON.parse(readFileSync(new URL('servers.json', import.meta.url)));
const inherited = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];
const deadline = 60_000;

// What its client of the moment has each server do. A server that works does not end when its stdin does; memory is idle.
const work = {
  everything: [['trigger-long-running-operation', { duration: 600, steps: 600 }]],
  'desktop-commander': [
    ['start_process', { command: 'sleep 600', timeout_ms: 100 }],
    ['start_process', { command: 'setsid sleep 600 </dev/null >/dev/null 2>&1 &', timeout_ms: 100 }],
  ],
};

class Server {
  #waiting = new Map();
  #last = 0;

  constructor(name, { command, args, env }) {
    this.name = name;
    const kept = Object.fromEntries(inherited.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])));
    this.started = process.hrtime.bigint();
    this.process = spawn(command, args, { env: { ...kept, ...env }, stdio: 'pipe', detached: true });
    this.process.stderr.on('data', (text) => { this.said = String(text).trim(); });
    this.process.stdin.on('error', () => {});
    this.process.on('error', (error) => this.#fail(error.message));
    this.process.on('exit', (code, signal) => this.#fail(`ended with ${signal ?? code}: ${this.said ?? ''}`));
    createInterface({ input: this.process.stdout }).on('line', (line) => this.#read(line));
  }

  async initialize() {
    await this.request('initialize', {
      protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'gateway', version: '1' },
    });
    this.ms = Number(process.hrtime.bigint() - this.started) / 1e6;
    this.#send({ method: 'notifications/initialized' });
    const { tools } = await this.request('tools/list', {});
    return tools.length;
  }

  request(method, params) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.name}: no answer to ${method}: ${this.said ?? ''}`)), deadline);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ id, method, params });
    });
  }

  #send(message) {
    this.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #read(line) {
    const { id, method, result, error } = JSON.parse(line);
    const waiting = method === undefined && this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(new Error(`${this.name}: ${error.message}`));
    else waiting.resolve(result);
  }

  #fail(reason) {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(`${this.name}: ${reason}`));
    }
    this.#waiting.clear();
  }
}

async function open(only) {
  return Promise.all(Object.entries(mcpServers).filter(([name]) => !only || name === only).map(async ([name, configuration]) => {
    const server = new Server(name, configuration);
    const tools = await server.initialize();
    for (const [tool, args] of work[name] ?? []) {
      const answer = server.request('tools/call', { name: tool, arguments: args });
      // The long operation is to run on; the answer to the others says that the job runs.
      if (name === 'everything') answer.catch(() => {});
      else await answer;
    }
    return { name, ms: server.ms, tools };
  }));
}

const socket = process.env.GATEWAY_SOCKET;
rmSync(socket, { force: true });
createServer((request, response) => {
  const [, session, name] = request.url.split('/');
  if (request.method !== 'POST' || session !== 'session') return response.end('ok');
  open(name).then(
    (servers) => response.end(JSON.stringify(servers)),
    (error) => response.writeHead(503).end(error.message),
  );
}).listen(socket);
