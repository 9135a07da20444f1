// What probes cost PID 1, how punctual they are, and how long it takes until what crashed or hangs is replaced. The probes are
// http, as most services would have them: the dearest for PID 1's children and the same for PID 1 as tcp.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Supervised, cpuTime } from './measure.mjs';
import { median, milliseconds } from './report.mjs';
import { freshPath, mcpInit, service, tools } from './workspace.mjs';

const probed = 200;
const seconds = 30;
const replaced = 10;
const interval = 1e9;
const listener = join(tools, 'listener');

function configuration(services) {
  const file = freshPath('mcp-init.toml');
  writeFileSync(file, `[init]\nruntime_dir = "${freshPath('run')}"\n[limits]\nmax_instances = 1000\n${services.join('\n')}`);
  return [mcpInit, 'run', '--config', file];
}

const range = (count) => Array.from({ length: count }, (_, i) => i);
const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** How late each probe arrived by the beat of its service, which the earliest of them sets. */
function lateness(lines, from) {
  const arrivals = new Map();
  for (const [number, ns] of lines.map((line) => line.split(' ').map(Number)))
    if (ns >= from) arrivals.set(number, [...(arrivals.get(number) ?? []), ns]);
  if (arrivals.size !== probed) throw new Error(`${arrivals.size} of ${probed} services were probed`);
  return [...arrivals.values()].flatMap((times) => {
    // A probe that was left out makes all after it late by a whole interval.
    const offsets = times.map((ns, i) => ns - i * interval);
    const earliest = Math.min(...offsets);
    return offsets.map((offset) => offset - earliest);
  });
}

async function probes() {
  const asked = spawn(listener, ['0'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: asked.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value;
  const supervised = await Supervised.start(probed, configuration(range(probed).map((i) => [
    `[service.s${i}]`, `command = ["${service}"]`, 'ready = "notify-fd"', 'log = "inherit"', 'environment = { BENCH_NOTIFY_FD = "3" }',
    `probe = { http = "http://127.0.0.1:${port}/${i}", interval = "1s" }`,
  ].join('\n'))));
  try {
    // The first probes, which come at once, are spread from then on.
    await delay(4000);
    const [from, before] = [process.hrtime.bigint(), cpuTime(supervised.pid)];
    await delay(seconds * 1000);
    const [to, after] = [process.hrtime.bigint(), cpuTime(supervised.pid)];
    asked.stdin.end();
    const requests = [];
    for (let line; !(line = await lines.next()).done;) requests.push(line.value);
    const late = lateness(requests.filter((line) => Number(line.split(' ')[1]) <= Number(to)), Number(from));
    return { load: (after - before) / Number(to - from), perProbe: (after - before) / late.length, late };
  } finally {
    asked.kill();
    await supervised.stop();
  }
}

const mains = (pid, name) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((child) => {
  try {
    return readFileSync(`/proc/${child}/stat`, 'utf8').includes(`(${name}) `) && !readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
});

/** Sends to all mains at once and says how long it took until each had a successor that runs its program. */
async function replacements(supervised, name, signal) {
  const old = new Set(mains(supervised.pid, name));
  const seen = new Set();
  const took = [];
  const start = process.hrtime.bigint();
  for (const pid of old) process.kill(Number(pid), signal);
  while (took.length < old.size) {
    const elapsed = Number(process.hrtime.bigint() - start);
    if (elapsed > 20e9) throw new Error(`${took.length} of ${old.size} were replaced in 20 s`);
    for (const pid of mains(supervised.pid, name))
      if (!old.has(pid) && !seen.has(pid)) {
        seen.add(pid);
        took.push(elapsed);
      }
    await delay(2);
  }
  return took;
}

async function crashed() {
  const supervised = await Supervised.start(replaced, configuration(range(replaced).map((i) => `[service.s${i}]\ncommand = ["${service}"]`)));
  try {
    return await replacements(supervised, 'service', 'SIGKILL');
  } finally {
    supervised.driver.kill();
  }
}

/** Below the ports that the kernel gives to connections: a probe of one service must not take the port of another. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = new Promise((resolve) => server.once('listening', () => resolve(true)).once('error', () => resolve(false)));
    server.listen(port, '127.0.0.1');
    if (!await isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function hung() {
  const ports = [];
  for (const _ of range(replaced)) ports.push(await freePort());
  const supervised = await Supervised.start(replaced, configuration(ports.map((port, i) => [
    `[service.s${i}]`, `command = ["${listener}", "${port}"]`,
    `probe = { http = "http://127.0.0.1:${port}/", interval = "1s", timeout = "1s", retries = 3 }`,
  ].join('\n'))));
  try {
    await delay(1500);
    return await replacements(supervised, 'listener', 'SIGSTOP');
  } finally {
    supervised.driver.kill();
  }
}

export async function health(report) {
  const measured = await report.attempt(`${probed} services with probes`, probes);
  if (measured) {
    const { load, perProbe, late } = measured;
    const [p50, p99, max] = [median(late), percentile(late, 0.99), Math.max(...late)];
    report.table(`${probed} services with an http probe each second, for ${seconds} s: ${late.length} probes on ${availableParallelism()} cores`, [
      ['', 'of one core', 'for each probe', 'late, median', '99 %', 'at most'],
      ['PID 1', `${(load * 100).toFixed(1)} %`, milliseconds(perProbe), milliseconds(p50), milliseconds(p99), milliseconds(max)],
    ]);
    report.target(`PID 1 with ${probed} probes a second`, 'under 5 % of a core', `${(load * 100).toFixed(1)} %`, load < 0.05);
    report.target(`lateness of ${late.length} probes`, 'at most 100 ms', milliseconds(max), max <= 1e8);
  }
  const crash = await report.attempt('crashed services', crashed);
  const hang = await report.attempt('hung services', hung);
  const rows = [['crashed, default settings', crash, 1.5e9], ['hung, 3 probes of 1 s, 1 s apart', hang, 5e9]].filter(([, took]) => took);
  report.table(`Until its replacement runs, ${replaced} services at once`, [
    ['', 'median', 'at most'],
    ...rows.map(([what, took]) => [what, milliseconds(median(took)), milliseconds(Math.max(...took))]),
  ]);
  for (const [what, took, limit] of rows)
    report.target(`replaced: ${what}`, `at most ${limit / 1e9} s`, `${(Math.max(...took) / 1e9).toFixed(2)} s`, Math.max(...took) <= limit);
}
