// A container as far as processes can tell: a PID 1 of its own with its own /proc, an empty /run and no network but the
// loopback. It is looked at from outside, through this machine's /proc, so that looking adds no process to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { firstChild, look, processesOf } from './processes.mjs';

const inside = [
  'mount -t tmpfs -o mode=755 tmpfs /run', 'mkdir "/run/$1"', 'mount --bind "$2" "/run/$1"', 'ip link set lo up',
  'shift 2', 'exec "$@"',
].join(' && ');

const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child', '--mount-proc'];
if (process.getuid() !== 0) namespaces.push('--user', '--map-root-user');

export class Container {
  output = '';

  /**
   * @param name of the directory below /run that is shared with this machine
   * @param command what becomes PID 1
   * @param files what stands in that directory, by name
   */
  static async start(name, command, files) {
    const scratch = mkdtempSync(join(tmpdir(), `mcp-init-${name}-`));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(scratch, file), text);
    mkdirSync(join(scratch, 'home'));
    for (const link of ['.npm', '.npmrc']) symlinkSync(resolve('out/npx', link), join(scratch, 'home', link));
    const environment = {
      PATH: process.env.PATH, HOME: `/run/${name}/home`, USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh', TERM: 'dumb',
      GATEWAY_SOCKET: `/run/${name}/gateway.sock`,
    };
    // setpriv ties the namespaces to this process, however it ends.
    const words = ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-euc', inside, 'sh', name, scratch, ...command];
    const container = new this(spawn('setpriv', words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] }), scratch);
    for (const deadline = Date.now() + 10_000; !(container.first = container.#findFirst()); await delay(10))
      if (Date.now() > deadline || container.hasEnded) throw new Error(`no namespaces: ${container.output}`);
    return container;
  }

  constructor(launcher, scratch) {
    this.launcher = launcher;
    this.scratch = scratch;
    for (const stream of [launcher.stdout, launcher.stderr]) stream.on('data', (text) => this.heard(String(text)));
  }

  /** Takes what PID 1 and its services write. */
  heard(text) {
    this.output += text;
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

  /** @returns all of its processes, zombies included */
  processes() {
    return processesOf(this.first.namespace);
  }

  async end() {
    // The end of unshare is the end of PID 1, and that of all the others.
    this.launcher.kill('SIGKILL');
    if (!this.hasEnded) await once(this.launcher, 'exit');
    while (this.processes().some(({ state }) => state !== 'Z')) await delay(10);
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
