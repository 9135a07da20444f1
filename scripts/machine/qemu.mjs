// The virtual machine as the host sees it: QEMU in software emulation (a /dev/kvm that is there may still hang), three
// virtio-serial ports over socket pairs, the console on QEMU's stdout. Ports: the agent's, and the stdout and stderr of
// the machine's PID 1 where that is not the agent.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { EventEmitter } from 'node:events';

const kernelOptions = 'console=ttyS0 quiet panic=-1 mitigations=off nokaslr random.trust_cpu=on cryptomgr.notests ' +
  '8250.nr_uarts=1 raid=noautodetect rcupdate.rcu_expedited=1';

// Emits `frame` (kind, id, bytes) and, once, `end`.
export class Machine extends EventEmitter {
  console = '';
  #process;
  #agent;
  #port = Buffer.alloc(0);

  constructor({ kernel, initial, memory, cpus, disk, keepDisk, pid1 }) {
    super();
    const file = held(initial);
    const port = (number, fd) => ['-chardev', `socket,id=port${number},fd=${fd}`,
      '-device', `virtserialport,chardev=port${number},nr=${number}`];
    const words = ['-accel', 'tcg', '-cpu', 'max', '-m', `${memory}`, '-smp', `${cpus}`, '-nodefaults', '-no-user-config',
      '-display', 'none', '-no-reboot', '-serial', 'stdio', '-kernel', kernel, '-initrd', '/proc/self/fd/6',
      '-append', kernelOptions, '-device', 'virtio-serial-pci', ...port(1, 3), ...port(2, 4), ...port(3, 5)];
    if (disk) words.push('-drive', `file=${disk},format=raw,if=virtio,cache=unsafe,snapshot=${keepDisk ? 'off' : 'on'}`);
    // QEMU dies with us, however we do.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...words],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', file] });
    closeSync(file);
    const [, stdout, stderr, agent, first, second] = this.#process.stdio;
    for (const stream of [stdout, stderr]) stream.on('data', bytes => this.#consoleSaid(bytes));
    this.#agent = agent;
    agent.on('data', bytes => this.#agentSaid(bytes));
    if (pid1) this.#followFirst([[first, 'O'], [second, 'E']]);
    for (const stream of [agent, first, second]) stream.on('error', () => {});
    this.#process.on('error', error => this.#consoleSaid(Buffer.from(`${error.message}\n`)));
    this.#process.on('close', () => this.#ended(pid1));
  }

  send(kind, id, bytes) {
    const header = Buffer.alloc(9);
    header.write(kind, 'latin1');
    header.writeUInt32LE(id, 1);
    header.writeUInt32LE(bytes.length, 5);
    this.relay(Buffer.concat([header, bytes]));
  }

  relay(bytes) {
    this.#agent.write(bytes);
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  #consoleSaid(bytes) {
    this.console = (this.console + bytes.toString('latin1')).slice(-65536);
    this.emit('console', bytes);
  }

  #agentSaid(bytes) {
    this.#port = Buffer.concat([this.#port, bytes]);
    while (this.#port.length >= 9) {
      const length = this.#port.readUInt32LE(5);
      if (this.#port.length < 9 + length) break;
      const frame = this.#port.subarray(9, 9 + length);
      this.emit('frame', String.fromCharCode(this.#port[0]), this.#port.readUInt32LE(1), frame);
      this.#port = this.#port.subarray(9 + length);
    }
  }

  #followFirst(streams) {
    for (const [stream, kind] of streams) {
      stream.on('data', bytes => this.emit('frame', kind, 0, bytes));
    }
  }

  // `Attempted to kill init! exitcode=0x00000300`: a wait status, as waitpid(2) gives it.
  #ended(pid1) {
    const panic = /Attempted to kill init! exitcode=0x([0-9a-f]+)/.exec(this.console);
    if (pid1 && panic) {
      const status = parseInt(panic[1], 16), code = Buffer.alloc(4);
      code.writeUInt32LE((status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f));
      this.emit('frame', 'X', 0, code);
    }
    this.emit('end');
  }
}

// A file that exists only for as long as somebody has it open.
function held(bytes) {
  const folder = mkdtempSync(`${tmpdir()}/mcp-init-vm-`);
  try {
    writeFileSync(`${folder}/initial`, bytes);
    return openSync(`${folder}/initial`, 'r');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
