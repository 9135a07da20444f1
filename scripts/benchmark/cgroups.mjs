// What a cgroup of its own costs a service, in the test machine: a real cgroup v2 with every controller, under emulation, so
// that only figures of the same table can be compared.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kibibytes, median } from './report.mjs';

const names = {
  'none plain': 'no cgroups, no limits',
  'tree plain': 'its own cgroup, no limits',
  'tree capped': 'its own cgroup, memory_max, tasks_max, cpu_max',
};
const counts = [15, 200];

async function measure() {
  const words = ['--deadline', '280', '--cpus', '2', '--file', 'scripts/benchmark/cgroups.sh:/root/cgroups.sh', '--', 'sh', '/root/cgroups.sh'];
  const { stdout } = await promisify(execFile)('scripts/vm', words, { timeout: 300_000 });
  const starts = {}, pss = {}, looks = {};
  for (const [what, where, how, value] of stdout.trim().split('\n').map((line) => line.split(' '))) {
    if (what === 'start') (starts[`${where} ${how}`] ??= []).push(Number(value) / 1000);
    if (what === 'pss') pss[`${where} ${how}`] = Number(value);
    if (what === 'look') (looks[where] ??= {})[how] = Number(value) / 1000;
  }
  return { looks, starts: Object.fromEntries(Object.entries(starts).map(([name, all]) => [name, median(all)])), pss };
}

export async function cgroups(report) {
  const measured = await report.attempt('cgroups in the test machine', measure);
  if (!measured) return;
  const { looks, starts, pss } = measured;
  report.table('Start of a service in the test machine (emulated), medians of 6 × 60 starts', [
    ['', 'start to end', 'more than without limits'],
    ...Object.entries(names).map(([key, name]) => [
      name, `${starts[key].toFixed(2)} ms`, key === 'tree plain' ? '' : `${(starts[key] - starts['tree plain']).toFixed(2)} ms`,
    ]),
  ]);
  reportLooks(report, looks);
  const more = starts['tree capped'] - starts['tree plain'];
  report.target('start of a capped service', 'at most 2 ms more than of an uncapped one', `${more.toFixed(2)} ms, emulated`, more <= 2);
  report.table('PSS of PID 1 in the test machine', [
    ['', ...counts.map((count) => `${count} services`), 'for each more'],
    ...[['none', 'no cgroups'], ['rw', 'a capped cgroup each']].map(([where, name]) => [
      name, ...counts.map((count) => kibibytes(pss[`${where} ${count}`])), `${perInstance(pss, where).toFixed(1)} kB`,
    ]),
  ]);
  report.target('PSS of PID 1 for each capped service', 'at most 20 kB', `${perInstance(pss, 'rw').toFixed(1)} kB`, perInstance(pss, 'rw') <= 20);
}

/** Whole runs, where the figures come from the cgroups of the services. */
function reportLooks(report, looks) {
  report.table('Looks in the test machine (emulated), means of 40', [
    ['services', '--version', 'status', 'ratio'],
    ...counts.map((count) => [
      count, `${looks[count]['--version'].toFixed(1)} ms`, `${looks[count].status.toFixed(1)} ms`,
      `${(looks[count].status / looks[count]['--version']).toFixed(2)} ×`,
    ]),
  ]);
  for (const [count, most] of [[15, 2.5], [200, 5]]) {
    const times = looks[count].status / looks[count]['--version'];
    report.target(`status of ${count} instances with cgroups`, `at most ${most} × --version`, `${times.toFixed(2)} ×, emulated`, times <= most);
  }
}

/** In kB of a thousand bytes, as the target has it. */
function perInstance(pss, where) {
  const [few, many] = counts;
  return ((pss[`${where} ${many}`] - pss[`${where} ${few}`]) * 1.024) / (many - few);
}
