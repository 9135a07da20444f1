// Nothing happens for a while: how often does PID 1 wake up?
import { setTimeout as delay } from 'node:timers/promises';
import { Supervised, switches } from './measure.mjs';
import { supervisors } from './supervisors.mjs';
import { mcpInit, service } from './workspace.mjs';

const seconds = 10;
const count = 15;

const watched = {
  'mcp-init run': supervisors['mcp-init'](count),
  'mcp-init --': { count: 1, command: [mcpInit, '--', service] },
  tini: { count: 1, command: ['tini', '--', service] },
  's6-svscan': supervisors.s6(count),
  supervisord: supervisors.supervisord(count),
};

export async function idle(report) {
  const running = [];
  for (const [name, { count: services = count, command, environment }] of Object.entries(watched)) {
    const supervised = await report.attempt(`${name} idle`, () => Supervised.start(services, command, environment));
    if (supervised) running.push({ name, supervised });
  }
  // What belongs to the start is over by then.
  await delay(2000);
  for (const one of running) one.before = switches(one.supervised.pid);
  await delay(seconds * 1000);
  for (const one of running) one.wakeUps = switches(one.supervised.pid) - one.before;
  for (const { name, supervised } of running) await report.attempt(`stop of ${name}`, () => supervised.stop());

  report.table(`Wake-ups of PID 1 in ${seconds} s with nothing to do (${count} services; one under tini and --)`, [
    ['', 'context switches, all threads'],
    ...running.map(({ name, wakeUps }) => [name, wakeUps]),
  ]);
  for (const { name, wakeUps } of running)
    if (name.startsWith('mcp-init')) report.target(`${name}, idle for ${seconds} s`, '0 wake-ups', wakeUps, wakeUps === 0);
}
