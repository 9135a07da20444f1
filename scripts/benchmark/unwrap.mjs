// What npx costs a launched server, and what `unwrap` saves of it: one gateway, a server for each of some sessions.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openSession, untilUp } from '../demonstration/gateway.mjs';
import { Incident } from '../demonstration/incident.mjs';
import { kibibytes, median, ratio } from './report.mjs';

const sessions = 6;
const server = 'memory';
const file = readFileSync('container/incident/mcp-init.toml', 'utf8');
const mcpInit = ['out/mcp-init', 'run', '--config', '/run/incident/mcp-init.toml'];
const withUnwrap = file.replaceAll(/unwrap( *)= false/g, 'unwrap$1= true');

const ways = {
  'npx, without mcp-init': [['container/incident/entrypoint']],
  'npx, launched': [mcpInit, file],
  'unwrapped': [mcpInit, withUnwrap],
  'unwrapped, shim = "exec"': [mcpInit, withUnwrap.replaceAll(/^unwrap.*$/gm, '$&\nshim = "exec"')],
};

async function measure(command, text) {
  const container = await Incident.start(command, text ? { 'mcp-init.toml': text } : {});
  try {
    await untilUp(container);
    // The first session of all reads the files from the disk.
    await openSession(container, server);
    const before = container.servers().length;
    const times = [];
    for (let session = 0; session < sessions; session++) times.push(...(await openSession(container, server)).map(({ ms }) => ms));
    await delay(1000);
    const used = container.usage(container.servers());
    if (used.processes !== before * (sessions + 1)) throw new Error(`${before} processes, then ${used.processes}:\n${container.output}`);
    const each = (value) => value / (sessions + 1);
    return { processes: each(used.processes), tasks: each(used.tasks), pss: each(used.pss), first: median(times) };
  } finally {
    await container.end();
  }
}

export async function unwrap(report) {
  const measured = {};
  for (const [name, [command, text]] of Object.entries(ways))
    measured[name] = await report.attempt(`server-${server}: ${name}`, () => measure(command, text));
  const npx = measured['npx, without mcp-init'], exec = measured['unwrapped, shim = "exec"'];
  report.table(`One server-${server} of a gateway, with what is wrapped around it; of ${sessions + 1} at once`, [
    ['', 'processes', 'tasks', 'PSS', 'first answer, median', '× npx'],
    ...Object.entries(measured).filter(([, one]) => one).map(([name, { processes, tasks, pss, first }]) => [
      name, processes, tasks, kibibytes(pss), `${first.toFixed(0)} ms`, npx ? ratio(first, npx.first) : '',
    ]),
  ]);
  if (!npx || !exec) return;
  report.target('unwrap: processes of a server', '1 in place of 3', `${exec.processes} in place of ${npx.processes}`,
    exec.processes === 1 && npx.processes === 3);
  report.target('unwrap: tasks of a server', '11 in place of 23', `${exec.tasks} in place of ${npx.tasks}`, exec.tasks <= 11);
  report.target('unwrap: PSS of a server', 'less than with npx', ratio(exec.pss, npx.pss), exec.pss < npx.pss);
  report.target('unwrap: first answer', 'sooner than with npx', ratio(exec.first, npx.first), exec.first < npx.first);
}
