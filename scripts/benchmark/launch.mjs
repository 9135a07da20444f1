// What `mcp-init launch` costs a server: its start, each message, the memory of its guard, and PID 1 after thousands of them.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kibibytes, median, milliseconds, ratio } from './report.mjs';
import { freshPath, mcpInit, tools } from './workspace.mjs';

const rounds = { starts: 100, latencies: 30, throughputs: 20 };
/** BENCH_LAUNCHES=100000 takes a quarter of an hour. */
const launches = Number(process.env.BENCH_LAUNCHES ?? 3000);
const program = join(tools, 'launch');
const most = { addedNs: 5e6, difference: 0.03, ownKib: 512, grownKib: 512 };

/** The cgroup file system of this machine, with or without controllers. */
const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' '));
const unified = mounts.find(([, , type]) => type === 'cgroup2')?.[1];

/**
 * The scheduler gives each session its share of the processor (autogroup), which changes how fast two processes answer each other. A
 * guard's server has a session of its own, as MetaMCP's and the Python SDK's have without launch: its traffic is compared with theirs.
 */
const commands = {
  direct: [program, 'echo'],
  session: ['setsid', program, 'echo'],
  exec: [mcpInit, 'launch', 'exec', '--', program, 'echo'],
  guard: [mcpInit, 'launch', 'guard', '--', program, 'echo'],
};

function file(count) {
  const words = Object.entries(commands).map(([name, command]) => [name, ...command]);
  const command = [program, 'measure', rounds.starts, rounds.latencies, rounds.throughputs, count,
    ...words.flatMap((one, i) => (i ? [':', ...one] : one))].map(String);
  const directory = freshPath('run');
  const path = freshPath('launch.toml');
  writeFileSync(path, `
[init]
runtime_dir = ${JSON.stringify(directory)}
log_level = "warning"
[service.client]
command = ${JSON.stringify(command)}
environment = { MCP_INIT_RUNTIME_DIR = ${JSON.stringify(directory)} }
restart = "never"
log = "inherit"
[server.guard]
[server.exec]
shim = "exec"
`);
  return path;
}

/** In namespaces of its own, and in a cgroup of its own if there is a directory for it. */
async function measure(count, group) {
  const inside = group ? 'mount -t cgroup2 none /mnt && exec "$@"' : 'exec "$@"';
  const outside = group ? `echo 0 >${group}/cgroup.procs && exec "$@"` : 'exec "$@"';
  const { stdout } = await promisify(execFile)('sh', ['-c', outside, 'sh',
    'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...(group ? ['--cgroup'] : []), 'sh', '-c', inside, 'sh',
    mcpInit, 'run', '--config', file(count)], { timeout: 1_200_000, maxBuffer: 64 << 20 });
  const found = { start: {}, latency: {}, throughput: {}, memory: {} };
  for (const [what, name, ...values] of stdout.trim().split('\n').map((line) => line.split(' '))) {
    if (what === 'flat') found.flat = [name, ...values].map(Number);
    else if (what === 'memory') found.memory[name] = values.map(Number);
    else if (found[what]) (found[what][name] ??= []).push(Number(values[0]));
  }
  if (!found.flat) throw new Error(`launches were not measured: ${stdout.slice(-400)}`);
  return found;
}

function removeGroup(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(path, entry.name));
  rmdirSync(path);
}

async function inGroup() {
  const group = join(unified, `mcp-init-bench-${process.pid}`);
  mkdirSync(group);
  try {
    return await measure(0, group);
  } finally {
    removeGroup(group);
  }
}

export async function launch(report) {
  const looking = await report.attempt('launch', () => measure(launches));
  if (!looking) return;
  const grouped = unified && await report.attempt('launch with cgroups', inGroup);
  const like = { guard: 'session', exec: 'direct' };
  const row = (title, measured, name) => {
    // Each beside the direct one of its own run.
    const [start, trip, pass] = ['start', 'latency', 'throughput'].map((what) => median(measured[what][name]));
    const base = (what, which = like[name] ?? 'direct') => median(measured[what][which]);
    const [rss, pss, own] = measured.memory[name];
    return [title, milliseconds(start), name === 'direct' ? '' : milliseconds(start - base('start', 'direct')),
      ratio(trip, base('latency')), ratio(pass, base('throughput')), ...[rss, pss, own].map(kibibytes)];
  };
  report.table(`A server behind launch, medians of ${rounds.starts} starts; memory of the process that its client started`, [
    ['', 'to its first line', 'more than direct', 'round trip', '16 MiB', 'RSS', 'PSS', 'written to'],
    row('direct', looking, 'direct'), row('direct, own session', looking, 'session'),
    row('exec', looking, 'exec'), row('guard', looking, 'guard'),
    ...(grouped ? [row('exec, own cgroup', grouped, 'exec'), row('guard, own cgroup', grouped, 'guard')] : []),
  ]);
  for (const [measured, where] of [[looking, ''], ...(grouped ? [[grouped, ', own cgroup']] : [])])
    for (const name of ['exec', 'guard']) {
      const added = median(measured.start[name]) - median(measured.start.direct);
      report.target(`launch (${name}${where}), added to a start`, `at most ${most.addedNs / 1e6} ms`, milliseconds(added),
        added <= most.addedNs);
    }
  for (const [what, title] of [['latency', 'round trip'], ['throughput', 'throughput']])
    for (const name of ['exec', 'guard']) {
      const [measured, base] = [name, like[name]].map((which) => median(looking[what][which]));
      report.target(`${title} behind launch (${name})`, `1.00 ± ${most.difference}`, ratio(measured, base),
        measured <= (1 + most.difference) * base);
    }
  const [, , own] = looking.memory.guard;
  report.target('memory of a guard of its own', `at most ${kibibytes(most.ownKib)}`, kibibytes(own), own <= most.ownKib);
  const [before, after] = looking.flat;
  report.target(`RSS of PID 1 after ${launches} launches`, `at most ${kibibytes(most.grownKib)} more`, kibibytes(after - before),
    after - before <= most.grownKib);
}
