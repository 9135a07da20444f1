// A container as far as processes can tell: a PID 1 of its own with its own /proc, an empty /run and no network but the
// loopback. It is looked at from outside, through this machine's /proc, so that looking adds no process to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const inside = [
  'mount -t tmpfs -o mode=755 tmpfs /run', 'mkdir /run/incident', 'mount --bind "$1" /run/incident', 'ip link set lo up',
  'shift', 'exec "$@"',
].join(' && ');

const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child', '--mount-proc'];
if (process.getuid() !== 0) namespaces.push('--user', '--map-root-user');

const environment = {
  PATH: process.env.PATH, HOME: '/run/incident/home', USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh', TERM: 'dumb',
  GATEWAY_SOCKET: '/run/incident/gateway.sock',
};

/** What the process whose directory in /proc this is says of itself; undefined if it has ended. */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid, state: fields[0], parent: Number(fields[1]), tasks: Number(fields[17]), start: fields[19],
      name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      args: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'), namespace: readlinkSync(`/proc/${pid}/ns/pid`),
    };
  } catch {
    return undefined;
  }
}

const firstChild = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);

function pss(pid) {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export class Container {
  output = '';

  /** @param files what stands in /run/incident, by name */
  static async start(command, files) {
    const scratch = mkdtempSync(join(tmpdir(), 'mcp-init-demo-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text);
    mkdirSync(join(scratch, 'home'));
    for (const name of ['.npm', '.npmrc']) symlinkSync(resolve('out/npx', name), join(scratch, 'home', name));
    // setpriv ties the namespaces to this process, however it ends.
    const words = ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-euc', inside, 'sh', scratch, ...command];
    const container = new Container(spawn('setpriv', words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] }), scratch);
    for (const deadline = Date.now() + 10_000; !(container.first = container.#findFirst()); await delay(10))
      if (Date.now() > deadline || container.hasEnded) throw new Error(`no namespaces: ${container.output}`);
    return container;
  }

  constructor(launcher, scratch) {
    this.launcher = launcher;
    this.scratch = scratch;
    for (const stream of [launcher.stdout, launcher.stderr]) stream.on('data', (text) => { this.output += text; });
  }

  get hasEnded() {
    return this.launcher.exitCode !== null || this.launcher.signalCode !== null;
  }

  path(name) {
    return join(this.scratch, name);
  }

  #findFirst() {
    try {
      return look(firstChild(this.launcher.pid));
    } catch {
      return undefined;
    }
  }

  #processes() {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => look(Number(name)))
      .filter((one) => one && one.namespace === this.first.namespace && one.state !== 'Z');
  }

  static #isGateway({ args }) {
    return args.includes('container/incident/gateway.mjs');
  }

  /** All but PID 1, its short-lived helpers and the gateway: servers, what is wrapped around them, and their jobs. */
  servers() {
    return this.#processes().filter((one) => one.pid !== this.first.pid && !Container.#isGateway(one)
      && !(one.parent === this.first.pid && one.name === 'mcp-init'));
  }

  /** @returns those of them that still run */
  alive(processes) {
    return processes.filter(({ pid, start }) => {
      const now = look(pid);
      return now && now.start === start && now.state !== 'Z';
    });
  }

  usage(processes) {
    return {
      processes: processes.length,
      tasks: processes.reduce((sum, one) => sum + one.tasks, 0),
      pss: processes.reduce((sum, one) => sum + pss(one.pid), 0),
    };
  }

  /** @returns when */
  killGateway() {
    const gateway = this.#processes().find(Container.#isGateway);
    if (!gateway) throw new Error(`no gateway:\n${this.output}`);
    process.kill(gateway.pid, 'SIGKILL');
    return Date.now();
  }

  async end() {
    // The end of unshare is the end of PID 1, and that of all the others.
    this.launcher.kill('SIGKILL');
    if (!this.hasEnded) await once(this.launcher, 'exit');
    while (this.#processes().length > 0) await delay(10);
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
