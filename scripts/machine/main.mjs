// Boots the machine, runs what was asked for in it and exits as that did; see scripts/vm.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Archive } from './cpio.mjs';
import { Machine } from './qemu.mjs';
import { readOptions } from './options.mjs';

const exits = { usage: 100, deadline: 124, machine: 125 };
const options = readOptions(process.argv.slice(2), message => {
  process.stderr.write(`vm: ${message}; scripts/vm --help says more\n`);
  process.exit(exits.usage);
});

const machine = new Machine({ ...options, kernel: 'out/vm/kernel/vmlinuz', initial: initialRoot().finish() });
let booted = false, ending = false;

function end(code, why) {
  if (ending) return;
  ending = true;
  if (why) process.stderr.write(`vm: ${why}\n`);
  if (why && !options.console) process.stderr.write(machine.console.split('\n').slice(-30).join('\n'));
  process.exitCode = code;
  process.stdin.destroy();
  machine.kill();
}

const deadline = setTimeout(() => end(exits.deadline, `still running after ${options.deadline} s`), options.deadline * 1000);
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) process.on(signal, () => end(128 + number));
// Whoever read our output is gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => end(exits.machine));
if (options.console) machine.on('console', bytes => process.stderr.write(bytes));

machine.on('end', () => {
  clearTimeout(deadline);
  end(exits.machine, booted ? 'the machine ended before the command did' : 'the machine did not boot');
});
machine.on('frame', options.session ? relayFrame : options.pid1 ? followFirst : followCommand);

if (options.session) {
  process.stdin.on('data', bytes => machine.relay(bytes));
  process.stdin.on('end', () => end(0));
}

function initialRoot() {
  const root = new Archive();
  const given = options.disk ? '/given' : '';
  // Where the kernel looks, and where switch_root insists on finding it.
  root.add('scripts/machine/init', '/init');
  root.add('scripts/machine/start', '/machine/start');
  for (const name of ['agent', 'container']) root.add(`out/vm/bin/${name}`, `/machine/${name}`);
  root.add('out/vm/kernel/modules', '/machine/modules');
  root.add(options.busybox, '/machine/busybox');
  root.add('out/vm/bin/container', `${given}/usr/local/bin/container`);
  root.add(options.binary, `${given}/usr/local/bin/mcp-init`);
  if (existsSync('out/tests')) root.add('out/tests', `${given}/tests`);
  for (const [host, guest] of options.files) root.add(host, `${given}${guest ?? `/root/${basename(host)}`}`);
  if (options.disk) root.write('/machine/with-disk', '');
  const quoted = options.command.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  if (options.pid1) root.write('/machine/pid1', `exec ${quoted} >/dev/vport0p2 2>/dev/vport0p3\n`);
  return root;
}

function relayFrame(kind, id, bytes) {
  booted ||= kind === 'B';
  const header = Buffer.alloc(9);
  header.write(kind, 'latin1');
  header.writeUInt32LE(id, 1);
  header.writeUInt32LE(bytes.length, 5);
  process.stdout.write(Buffer.concat([header, bytes]));
}

function followFirst(kind, id, bytes) {
  booted = true;
  if (id !== 0) return;
  if (kind === 'O') process.stdout.write(bytes);
  if (kind === 'E') process.stderr.write(bytes);
  if (kind === 'X') end(bytes.readUInt32LE());
}

function followCommand(kind, id, bytes) {
  if (kind === 'B') {
    booted = true;
    machine.send('R', 1, Buffer.from(options.command.map(word => `${word}\0`).join('')));
    if (!options.stdin) return machine.send('I', 1, Buffer.alloc(0));
    process.stdin.on('data', chunk => machine.send('I', 1, chunk));
    process.stdin.on('end', () => machine.send('I', 1, Buffer.alloc(0)));
  }
  if (kind === 'O') process.stdout.write(bytes);
  if (kind === 'E') process.stderr.write(bytes);
  if (kind === 'X') end(bytes.readUInt32LE());
}
