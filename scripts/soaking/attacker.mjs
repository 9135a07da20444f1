// Carries out the acts against the installation, from outside, each at its time.
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './asking.mjs';
import { Members, innerPid, services } from './members.mjs';

// The time for which moody crashes: long enough for its circuit to open and for a trial to fail.
const mood = 9000;

// What the log tells when the growth of the server has had its effect.
const endsOfGrowth = { leak: 'LaunchOverLimit', flood: 'PressureRelieved' };

export class Attacker {
  /** How often each act was carried out. */
  done = new Map();
  /** Services that were killed, by name and pid inside: their ends have to be told. */
  killedServices = [];
  #others = [];
  #until;

  constructor(container, clients) {
    this.container = container;
    this.clients = clients;
  }

  /** @param duration in ms; acts go on for no longer */
  async run(acts, duration) {
    const started = Date.now();
    this.#until = started + duration;
    for (const { at, act, fraction } of acts) {
      await delay(Math.max(0, started + at - Date.now()));
      if (await this.#carryOut(act, fraction)) this.done.set(act, (this.done.get(act) ?? 0) + 1);
    }
    await Promise.all(this.#others);
  }

  /** @returns whether there was a victim */
  #carryOut(act, fraction) {
    const members = new Members(this.container);
    switch (act) {
      case 'kill a server': return this.#kill(members, members.servers, fraction);
      case 'kill a guard': return this.#kill(members, members.guards, fraction);
      case 'kill a daemon': return this.#kill(members, members.daemons, fraction);
      case 'kill any process': return this.#kill(members, members.alive, fraction);
      case 'kill the gateway': return this.#kill(members, [members.service('gateway')].filter(Boolean), 0);
      case 'kill web': return this.#kill(members, [members.service('web')].filter(Boolean), 0);
      case 'hang web': return this.#tell('/hang');
      case 'crash web': return this.#tell('/crash');
      case 'leave a daemon of web': return this.#tell('/daemon');
      case 'let moody crash': this.#others.push(this.#letCrash()); return true;
      case 'leak': case 'flood': this.#others.push(this.#grow(act)); return true;
      default: throw new Error(`no such act: ${act}`);
    }
  }

  #kill(members, victims, fraction) {
    const victim = [...victims].sort((a, b) => a.pid - b.pid)[Math.floor(fraction * victims.length)];
    if (!victim) return false;
    const service = services.find((name) => members.service(name)?.pid === victim.pid);
    const pid = innerPid(victim.pid);
    try {
      process.kill(victim.pid, 'SIGKILL');
    } catch {
      return false;
    }
    if (service) this.killedServices.push({ service, pid });
    return true;
  }

  #tell(path) {
    return ask(this.container, 'web', 'POST', path, undefined, 1000).then(() => true, () => false);
  }

  async #letCrash() {
    writeFileSync(this.container.path('crash'), '');
    await delay(mood);
    rmSync(this.container.path('crash'));
  }

  /**
   * Has one server take memory until mcp-init ends a run. Where there is no place for it, or it is killed before that, it is tried again.
   */
  async #grow(server) {
    const { journal } = this.container, before = journal.count(endsOfGrowth[server]);
    for (; Date.now() < this.#until && journal.count(endsOfGrowth[server]) === before; await delay(500)) {
      const number = await this.clients.open(server);
      if (number === undefined) continue;
      await this.clients.call(number, { tool: 'act', arguments: {} });
      // Asks it until it has ended.
      while (await this.clients.call(number, { tool: 'rest', arguments: {} })) await delay(500);
    }
  }
}
