// Many services under a supervisor that is PID 1: until all have reported, what it keeps in memory, until all have left.
import { setTimeout as delay } from 'node:timers/promises';
import { Supervised, memory } from './measure.mjs';
import { kibibytes, median, milliseconds, ratio } from './report.mjs';
import { supervisors } from './supervisors.mjs';

const rounds = 9;
const counts = [15, 100];
/** It takes a second and more where the others take a fraction: fewer rounds say as much. */
const slow = { supervisord: 3 };

async function once(name, count) {
  const { command, environment } = supervisors[name](count);
  const supervised = await Supervised.start(count, command, environment);
  await delay(300);
  const used = memory(supervised.pid);
  const { ns } = await supervised.stop();
  return { ready: supervised.readyNs, stop: ns, ...used };
}

/** Round by round through all of them, so that a busy minute of the machine falls on each alike. */
async function measureAll(report, count) {
  const runs = Object.fromEntries(Object.keys(supervisors).map((name) => [name, []]));
  const broken = new Set();
  for (let round = -1; round < rounds; round++)
    for (const name of Object.keys(supervisors)) {
      if (broken.has(name) || round >= (slow[name] ?? rounds)) continue;
      const run = await report.attempt(`${count} services under ${name}`, () => once(name, count));
      if (!run) broken.add(name);
      else if (round >= 0) runs[name].push(run);
    }
  const summary = {};
  for (const [name, all] of Object.entries(runs))
    if (!broken.has(name))
      summary[name] = Object.fromEntries(Object.keys(all[0]).map((key) => [key, median(all.map((run) => run[key]))]));
  return summary;
}

function addTargets(report, count, { 'mcp-init': ours, s6 }) {
  if (!ours || !s6) return;
  const limits = { 15: { ready: 1.5, pss: 6e6 }, 100: { ready: 1, pss: 8e6 } }[count];
  report.target(`${count} services ready`, `at most ${limits.ready} × s6`, ratio(ours.ready, s6.ready),
    ours.ready <= limits.ready * s6.ready);
  report.target(`PSS of PID 1 with ${count} services`, `at most ${limits.pss / 1e6} MB`,
    `${(ours.pss * 1024 / 1e6).toFixed(2)} MB`, ours.pss * 1024 <= limits.pss);
  if (count === 100)
    report.target('stop of 100 services', 'at most 2 × s6', ratio(ours.stop, s6.stop), ours.stop <= 2 * s6.stop);
}

export async function supervision(report) {
  for (const count of counts) {
    const summary = await measureAll(report, count);
    report.table(`${count} services under PID 1, medians of ${rounds} (supervisord ${slow.supervisord})`, [
      ['', 'all ready', '× s6', 'all stopped', '× s6', 'PSS of PID 1', 'and its helpers'],
      ...Object.entries(summary).map(([name, { ready, stop, pss, pssWithHelpers }]) => [
        name,
        milliseconds(ready), summary.s6 ? ratio(ready, summary.s6.ready) : '',
        milliseconds(stop), summary.s6 ? ratio(stop, summary.s6.stop) : '',
        kibibytes(pss), kibibytes(pssWithHelpers),
      ]),
    ]);
    addTargets(report, count, summary);
  }
}
