// The demonstration's table of contents: three containers one after another, each with the same gateway and the same sessions.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Report, median } from '../benchmark/report.mjs';
import { Incident } from './incident.mjs';
import { openSession, untilUp } from './gateway.mjs';

const [sessions, wait] = process.argv.slice(2).map(Number);
const configuration = readFileSync('container/incident/mcp-init.toml', 'utf8');

const rows = [
  ['without mcp-init', ['container/incident/entrypoint']],
  ['with mcp-init', ['out/mcp-init', 'run', '--config', '/run/incident/mcp-init.toml'], configuration],
  [
    'with mcp-init, unwrap', ['out/mcp-init', 'run', '--config', '/run/incident/mcp-init.toml'],
    configuration.replaceAll(/unwrap( *)= false/g, 'unwrap$1= true'),
  ],
];

async function measure(command, file) {
  const container = await Incident.start(command, file ? { 'mcp-init.toml': file } : {});
  try {
    await untilUp(container);
    const answers = [];
    for (let session = 0; session < sessions; session++) answers.push(...await openSession(container));
    // Servers go on for a while after their first answer: caches, a look for updates, jobs that they start.
    await delay(2000);
    const servers = container.servers();
    const used = container.usage(servers);
    const killed = container.killGateway();
    let left = servers;
    while (left.length > 0 && Date.now() - killed < wait * 1000) {
      await delay(50);
      left = container.alive(servers);
    }
    return { ...used, times: answers.map(({ ms }) => ms), left: left.length, gone: Date.now() - killed };
  } finally {
    await container.end();
  }
}

const count = (number, what) => `${number} ${what}${number === 1 ? '' : 's'}`;
const seconds = (ms) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
const started = Date.now();
const table = [];
let held = true;
for (const [name, command, file] of rows) {
  console.log(`demo: ${name}: ${count(sessions, 'session')} of 3 servers, then the gateway is killed`);
  const { processes, tasks, pss, times, left, gone } = await measure(command, file);
  if (file) held &&= left === 0;
  table.push([
    name, processes, tasks, `${(pss / 1024).toFixed(0)} MiB`, seconds(median(times)), seconds(Math.max(...times)),
    left === 0 ? `0, after ${seconds(gone)}` : left,
  ]);
}
new Report().table(`${count(sessions, 'session')} of a gateway, with 3 servers each; then the gateway is killed`, [
  ['', 'processes', 'tasks', 'memory (PSS)', 'first answer, median', 'slowest', `left after ${wait} s`],
  ...table,
]);
console.log(`\n${seconds(Date.now() - started)} in all`);
process.exitCode = held ? 0 : 1;
