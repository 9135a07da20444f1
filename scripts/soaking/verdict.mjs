// Tables of what was seen, and whether the targets hold.
import { readFileSync } from 'node:fs';
import { median, Report } from '../benchmark/report.mjs';
import { alertsOf } from './alerts.mjs';

const file = readFileSync('scripts/soaking/world/mcp-init.toml', 'utf8');
const numberOf = (pattern) => Number(pattern.exec(file)[1]);
// Those that mcp-init is told are the file's; the others are those of the first customer, in seconds.
const limits = {
  memory: numberOf(/^memory += "(\d+)MiB"/m), instances: numberOf(/^max_instances = (\d+)/m), recovery: 30, startup: 60, shutdown: 30,
};
const mebibytes = (kib) => `${(kib / 1024).toFixed(kib < 102_400 ? 2 : 0)} MiB`;
const seconds = (ms) => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'never');
const list = (map) => [...map].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`).join(', ') || 'none';

const total = (map) => [...map.values()].reduce((sum, count) => sum + count, 0);
const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function targets({ installation, attacker, sampler, outages, up, before, after, down }, alerts) {
  const { journal } = installation;
  const account = journal.account();
  const untold = attacker.killedServices.filter(({ service, pid }) => !journal.hasToldKill(service, pid));
  const memory = Math.max(...sampler.memory), survivors = [...sampler.survivors.found.values(), ...down.left];
  const lost = [...account.lost, ...untold.map(({ service, pid }) => `${service} (pid ${pid}): it was not told that it was killed`)];
  const alertsTold = journal.count('AlertRaised', 'AlertRaisedAgain', 'AlertOver');
  const bugs = journal.count('Bug', 'Repaired', 'MemoryShort');
  const own = { middle: Math.max(...sampler.own.slice(0, sampler.own.length >> 1)), end: sampler.own.at(-1) };
  return {
    rows: [
      ['memory of services and servers, most', `${limits.memory} MiB`, mebibytes(memory), memory <= limits.memory * 1024],
      ['instances at a time, most', limits.instances, sampler.mostInstances, sampler.mostInstances <= limits.instances],
      ...outages.map(({ service, recoveries }) => [
        `recovery of ${service}, slowest`, `< ${limits.recovery} s, at least one`,
        recoveries.length ? `${seconds(Math.max(...recoveries))}, median ${seconds(median(recoveries))}, of ${recoveries.length}` : 'none',
        recoveries.length > 0 && Math.max(...recoveries) < limits.recovery * 1000,
      ]),
      ['startup', `< ${limits.startup} s`, up === undefined ? 'never' : seconds(up), up < limits.startup * 1000],
      ['shutdown, one server at least runs', `< ${limits.shutdown} s, exit code 0`,
        `${seconds(down.ms)}, exit code ${down.code}, ${down.servers} ran`,
        down.ms < limits.shutdown * 1000 && down.code === 0 && down.servers > 0],
      ['survivors', 0, survivors.length, survivors.length === 0],
      ['lost statuses', `0 of ${account.services + account.servers} runs`, lost.length, lost.length === 0],
      ['zombies for more than 2 s', 0, sampler.uncollectedTooLong, sampler.uncollectedTooLong === 0],
      ['alerts that the command did not get', 0, alertsTold - alerts.messages.length, alertsTold === alerts.messages.length],
      ['memory ended a run before the limit', 'at least 1', journal.count('PressureRelieved'), journal.has('PressureRelieved')],
      ['a server ended for its own cap', 'at least 1', journal.count('LaunchOverLimit'), journal.has('LaunchOverLimit')],
      ['circuit opened, and closed', 'at least 1 each',
        `${journal.count('CircuitOpen', 'CircuitOpenAgain')}, ${journal.count('CircuitClosed')}`,
        journal.has('CircuitOpen') && journal.has('CircuitClosed')],
      ['bugs and repairs told', 0, bugs, bugs === 0],
      ['PID 1: descriptors at rest', `${before.descriptors}, as before`, after.descriptors, after.descriptors <= before.descriptors],
      ['PID 1: own memory at the end', 'at most 1 MiB over the middle', `${mebibytes(own.end)}, in the middle ${mebibytes(own.middle)}`,
        own.end <= own.middle + 1024],
    ],
    details: [...(sampler.mostInstances > limits.instances ? sampler.whenMost.map((one) => `instance: ${one}`) : []),
      ...(after.descriptors > before.descriptors ? after.instances.map((one) => `instance at rest: ${one}`) : []),
      ...survivors.map((one) => `survivor: ${one}`), ...lost.map((one) => `lost: ${one}`)],
  };
}

function observed({ installation: { journal }, clients, attacker, sampler, before, after, system }) {
  const elapsed = (after.at - before.at) / 1000;
  return [
    ['sessions opened', `${clients.opened}, first answer after ${seconds(median(clients.times))} (median)`],
    ...[...clients.notOpened].map(([reason, servers]) => [`sessions not opened: ${reason}`, `${total(servers)}: ${list(servers)}`]),
    ['calls answered', clients.answered],
    ['calls not answered', list(clients.notAnswered)],
    ['acts', list(attacker.done)],
    ['runs of services', journal.count('ServiceStarted')],
    ['launches', `${journal.count('LaunchStarted')}; ended with an error ${journal.count('LaunchFailed')}; ended by mcp-init `
      + journal.count('LaunchEnding')],
    ['cleanups, by status', `${system.clean} clean, ${system.killed} killed, ${system.failed} failed, mean ${system.cleanup_mean_ms} ms`],
    ['orphans ended', system.orphans_ended],
    ['limit breaches, corrective actions', `${system.limit_breaches}, ${system.corrective_actions}`],
    ['memory, median', mebibytes(median(sampler.memory))],
    ['processes at a time, most', `${sampler.mostProcesses}, zombies ${sampler.mostUncollected}, in ${sampler.looks} looks`],
    ['PID 1: memory (PSS, with pages of its file) at rest', `${mebibytes(before.pss)} before, ${mebibytes(after.pss)} after`],
    ['PID 1: processor', `${((after.cpu - before.cpu) / elapsed * 100).toFixed(2)} % of a core`],
    ['PID 1: wake-ups', `${((after.wakeUps - before.wakeUps) / elapsed).toFixed(1)} a second`],
  ];
}

function keeperOf(journal) {
  const [notice] = journal.of('LimitsByKernel', 'LimitsNotByKernel');
  return notice?.event === 'LimitsByKernel' ? 'limits kept by the kernel (cgroup v2)' : 'limits kept by looking (no cgroup v2 to write to)';
}

/** Prints the tables. @returns whether all targets hold */
export function judge(seen) {
  const { journal } = seen.installation;
  const alerts = alertsOf(journal, seen.installation.path('alerts'));
  const { rows, details } = targets(seen, alerts);
  const report = new Report();
  report.table('What was seen', [['figure', 'measured'], ...observed(seen)]);
  report.table(`Alerts: ${alerts.rows.reduce((sum, { told }) => sum + told, 0)} told, ${journal.count('AlertOver')} over`, [
    ['alert', 'of', 'told', 'withheld (as told)', 'over', 'what for, at first'],
    ...alerts.rows.map(({ type, name, told, withheld, over, reasons }) => [
      type, name, told, withheld, over, shortened([...reasons][0] ?? '', 110),
    ]),
  ]);
  report.table(`The soak, ${keeperOf(journal)}`, [
    ['figure', 'target', 'measured', 'result'], ...rows.map(([name, target, text, holds]) => [name, target, text, holds ? 'ok' : 'missed']),
  ]);
  if (details.length) console.log(`\n${details.join('\n')}`);
  for (const { message } of journal.of('Bug', 'Repaired', 'CleanupFailed', 'OrphanCleanupFailed')) console.log(`told: ${message}`);
  return rows.every(([, , , holds]) => holds);
}
