// What the end of a child costs PID 1 beside thousands of processes that lost their parent and that nothing tells to be of any service.
// There are no cgroups here, so that each has to be looked at.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Supervised } from './measure.mjs';
import { median, milliseconds } from './report.mjs';
import { freshPath, mcpInit, service, tools } from './workspace.mjs';

const count = 6000;
const ends = 20;

/** Of every thread, in ns (man 5 proc: schedstat). */
function cpuTime(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns, 0);
}

const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

const isService = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes('(service) S');
  } catch {
    return false;
  }
};

/** Ends a service and waits for the next run of it. */
async function replace(supervised, main, others) {
  const start = process.hrtime.bigint();
  process.kill(main, 'SIGKILL');
  for (;;) {
    const next = children(supervised.pid).find((pid) => pid !== main && !others.has(pid) && isService(pid));
    const took = Number(process.hrtime.bigint() - start);
    if (next) return { next, took };
    if (took > 20e9) throw new Error('the service was not started again in 20 s');
    await delay(5);
  }
}

async function measured() {
  const file = freshPath('mcp-init.toml');
  writeFileSync(file, [
    `[init]\nruntime_dir = "${freshPath('run')}"`,
    '[limits]\nenforce = "off"',
    '[restart]\nbackoff = { initial = "10ms", max = "10ms" }\nbreaker = { failures = 1000 }',
    `[service.strangers]\ncommand = ["${join(tools, 'strangers')}", "${count}"]`,
    `[service.victim]\ncommand = ["${service}"]`,
  ].join('\n'));
  const supervised = await Supervised.start(2, [mcpInit, 'run', '--config', file]);
  try {
    let main = children(supervised.pid).find(isService);
    const others = new Set(children(supervised.pid).filter((pid) => pid !== main));
    // The first end is when they are looked at.
    const { next, took: first } = await replace(supervised, main, others);
    main = next;
    await delay(3000);
    const costs = [];
    const took = [];
    for (let end = 0; end < ends; end++) {
      const before = cpuTime(supervised.pid);
      const replaced = await replace(supervised, main, others);
      costs.push(cpuTime(supervised.pid) - before);
      took.push(replaced.took);
      main = replaced.next;
    }
    return { first, costs, took };
  } finally {
    supervised.driver.kill();
  }
}

export async function strangers(report) {
  const result = await report.attempt(`${count} strangers`, measured);
  if (!result) return;
  const { first, costs, took } = result;
  report.table(`The end of a child beside ${count} processes of nobody's, without cgroups, and its next start 10 ms later`, [
    ['', 'median', 'at most'],
    ["PID 1's time", milliseconds(median(costs)), milliseconds(Math.max(...costs))],
    ['until it runs again', milliseconds(median(took)), milliseconds(Math.max(...took))],
    ['the first time, when they are looked at', milliseconds(first), ''],
  ]);
  report.target(
    `end of a child with ${count} strangers`, "at most 5 ms of PID 1's time", milliseconds(median(costs)), median(costs) <= 5e6,
  );
}
