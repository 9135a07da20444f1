// The soak's table of contents: the installation comes up, is attacked, comes to rest, gets its last guests, and goes down.
import { setTimeout as delay } from 'node:timers/promises';
import { Attacker } from './attacker.mjs';
import { Clients } from './clients.mjs';
import { judge } from './verdict.mjs';
import { Installation } from './installation.mjs';
import { Outages } from './outages.mjs';
import { attacks } from './plan.mjs';
import { Sampler } from './sampler.mjs';

const [minutes, seed, sessions] = process.argv.slice(2).map(Number);
// For the end of the sessions, a look at PID 1 at rest, the guests and the shutdown.
const rest = 20_000;
const duration = minutes * 60_000 - rest;

/** Servers that still run when the container is to stop: an idle one, one with a daemon, and one that ignores SIGTERM. */
async function inviteGuests(clients) {
  await Promise.all([
    clients.open('memory'),
    clients.open('daemons').then((number) => number !== undefined && clients.call(number, { tool: 'act', arguments: {} })),
  ]);
  // It answers nothing: its client waits until the end.
  clients.open('hang');
  await delay(2000);
}

console.log(`soak: ${minutes} min, seed ${seed}, ${sessions} sessions at a time`);
const installation = await Installation.start();
try {
  const clients = new Clients(installation), attacker = new Attacker(installation, clients), sampler = new Sampler(installation);
  const outages = ['gateway', 'web'].map((name) => new Outages(installation, name));
  const up = await installation.untilUp();
  sampler.start();
  for (const one of outages) one.start();
  const before = await sampler.rest();

  const started = Date.now();
  clients.start(seed, sessions);
  await attacker.run(attacks(seed, duration), duration);
  await delay(started + duration - Date.now());
  await clients.stop();
  await sampler.untilQuiet(Date.now() + rest);
  const after = await sampler.rest();
  const { system } = installation.ask('status');

  await inviteGuests(clients);
  for (const one of outages) await one.stop();
  await sampler.stop();
  const down = await installation.shutDown();
  process.exitCode = judge({ installation, clients, attacker, sampler, outages, up, before, after, system, down }) ? 0 : 1;
} finally {
  await installation.end();
}
