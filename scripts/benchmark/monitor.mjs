// What it costs PID 1 to watch memory, with 15 services far from every limit.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Supervised, cpuTime, memory, switches } from './measure.mjs';
import { freshPath, mcpInit, service } from './workspace.mjs';

const seconds = 30;
const count = 15;

/** A file and variables for each way to watch; on this machine the kernel counts for no service, so looks are the dearest way. */
const ways = {
  'nothing to watch': { limits: '' },
  'memory of [limits], by looking': { limits: 'memory = "1TiB"' },
  'the same, switched off': { limits: 'memory = "1TiB"\nenforce = "off"', environment: { METAMCP_RESOURCE_MONITORING: 'false' } },
};

const megabytes = (kib) => `${((kib * 1024) / 1e6).toFixed(2)} MB`;

function configuration(limits) {
  const file = freshPath('mcp-init.toml');
  const services = Array.from({ length: count }, (_, i) => [
    `[service.s${i}]`, `command = ["${service}"]`, 'ready = "notify-fd"', 'log = "inherit"', 'environment = { BENCH_NOTIFY_FD = "3" }', '',
  ].join('\n'));
  writeFileSync(file, `[init]\nruntime_dir = "${freshPath('run')}"\n[limits]\nmax_instances = 1000\n${limits}\n\n${services.join('\n')}`);
  return [mcpInit, 'run', '--config', file];
}

async function watch({ limits, environment }) {
  const supervised = await Supervised.start(count, configuration(limits), environment);
  try {
    // What belongs to the start is over by then.
    await delay(2000);
    const [before, woken, from] = [cpuTime(supervised.pid), switches(supervised.pid), process.hrtime.bigint()];
    await delay(seconds * 1000);
    const share = (cpuTime(supervised.pid) - before) / Number(process.hrtime.bigint() - from);
    return { share, wakeUps: switches(supervised.pid) - woken, pss: memory(supervised.pid).pss };
  } finally {
    await supervised.stop();
  }
}

export async function monitor(report) {
  const measured = [];
  for (const [name, way] of Object.entries(ways)) {
    const figures = await report.attempt(`monitor, ${name}`, () => watch(way));
    if (figures) measured.push([name, figures]);
  }
  report.table(`Watching the memory of ${count} services for ${seconds} s`, [
    ['', 'of one core', 'context switches', 'PSS of PID 1'],
    ...measured.map(([name, { share, wakeUps, pss }]) => [name, `${(share * 100).toFixed(3)} %`, wakeUps, megabytes(pss)]),
  ]);
  for (const [name, { share, wakeUps, pss }] of measured) {
    report.target(`monitor, ${name}: PSS of PID 1`, 'at most 5.5 MB', megabytes(pss), pss * 1024 <= 5.5e6);
    if (name.startsWith('memory'))
      report.target(`monitor with ${count} instances`, 'under 0.2 % of a core', `${(share * 100).toFixed(3)} %`, share < 0.002);
    else report.target(`monitor, ${name}`, '0 wake-ups', wakeUps, wakeUps === 0);
  }
}
