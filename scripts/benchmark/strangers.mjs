// What the end of a child costs PID 1 beside thousands of processes that lost their parent and that nothing tells to be of any service.
// There are no cgroups here, so that each has to be looked at.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
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

/** Ends a service, and waits until it is collected and nothing more is done about it. */
async function end(supervised, main) {
  const start = process.hrtime.bigint();
  process.kill(main, 'SIGKILL');
  while (existsSync(`/proc/${main}`)) {
    if (process.hrtime.bigint() - start > 20e9) throw new Error('the service was not collected in 20 s');
    await delay(1);
  }
  const took = Number(process.hrtime.bigint() - start);
  await delay(100);
  return took;
}

async function measured() {
  const floor = execFileSync(join(tools, 'strangers'), [String(count), 'floor'], { encoding: 'utf8', timeout: 60e3 }).trim().split('\n').map(Number);
  const file = freshPath('mcp-init.toml');
  const victims = Array.from({ length: ends + 1 }, (_, number) => `[service.victim${number}]\ncommand = ["${service}"]\nrestart = "never"`);
  writeFileSync(file, [
    `[init]\nruntime_dir = "${freshPath('run')}"`,
    '[limits]\nenforce = "off"',
    `[service.strangers]\ncommand = ["${join(tools, 'strangers')}", "${count}"]`,
    ...victims,
  ].join('\n'));
  const supervised = await Supervised.start(ends + 2, [mcpInit, 'run', '--config', file]);
  try {
    const mains = children(supervised.pid).filter(isService);
    // The first end is when they are looked at, and told in comparisons that follow.
    await end(supervised, mains.pop());
    await delay(15_000);
    const costs = [];
    const took = [];
    for (const main of mains) {
      const before = cpuTime(supervised.pid);
      took.push(await end(supervised, main));
      costs.push(cpuTime(supervised.pid) - before);
    }
    return { costs, took, floor };
  } finally {
    supervised.driver.kill();
  }
}

export async function strangers(report) {
  const result = await report.attempt(`${count} strangers`, measured);
  if (!result) return;
  const { costs, took, floor } = result;
  report.table(`The end of a child beside ${count} processes of nobody's, without cgroups`, [
    ['', 'median', 'at most'],
    ["PID 1's time", milliseconds(median(costs)), milliseconds(Math.max(...costs))],
    ['a C program that only asks the kernel for ended and new children', milliseconds(median(floor)), milliseconds(Math.max(...floor))],
    ['until it was collected', milliseconds(median(took)), milliseconds(Math.max(...took))],
  ]);
  report.target(
    `end of a child with ${count} strangers`, "at most 5 ms of PID 1's time", milliseconds(median(costs)), median(costs) <= 5e6,
  );
}
