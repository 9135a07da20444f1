// Looks at the container from outside for as long as it runs: four times a second at its processes, once a second at their memory.
import { readFileSync, readdirSync } from 'node:fs';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { pss } from '../namespaces/processes.mjs';
import { Members } from './members.mjs';
import { Survivors } from './survivors.mjs';

export class Sampler {
  looks = 0;
  mostInstances = 0;
  /** The first process of each instance when there were most. */
  whenMost = [];
  mostProcesses = 0;
  /** KiB: of services and servers together, by each look. */
  memory = [];
  /** KiB: of PID 1, without files, by each look. */
  own = [];
  mostUncollected = 0;
  uncollectedTooLong = 0;
  survivors = new Survivors();
  #zombies = new Map();
  #stopped = false;

  constructor(container) {
    this.container = container;
  }

  start() {
    this.#loops = Promise.all([this.#every(250, () => this.#look()), this.#every(1000, () => this.#weigh())]);
  }

  #loops;

  async stop() {
    this.#stopped = true;
    await this.#loops;
  }

  async #every(ms, act) {
    while (!this.#stopped) {
      await act();
      await delay(ms);
    }
  }

  #look() {
    const members = new Members(this.container), now = Date.now();
    this.looks++;
    this.#seeInstances(members);
    this.mostProcesses = Math.max(this.mostProcesses, members.alive.length);
    this.survivors.see(members, now);
    this.#seeZombies(members.uncollected, now);
  }

  #seeInstances({ instances }) {
    if (instances.size <= this.mostInstances) return;
    this.mostInstances = instances.size;
    this.whenMost = this.#firsts({ instances });
  }

  /** @returns the command of the first process of each instance */
  #firsts({ instances }) {
    return [...instances.values()].map(([{ args }]) => args.slice(0, 3).join(' ').trim());
  }

  #seeZombies(zombies, now) {
    this.mostUncollected = Math.max(this.mostUncollected, zombies.length);
    const seen = new Map(zombies.map(({ pid, start }) => [`${pid} ${start}`, this.#zombies.get(`${pid} ${start}`) ?? now]));
    for (const [key, since] of seen) {
      if (now - since > 2000 && this.#zombies.has(key)) this.uncollectedTooLong++;
    }
    this.#zombies = seen;
  }

  async #weigh() {
    let sum = 0;
    for (const { pid, instance } of new Members(this.container).alive) {
      if (instance) sum += pss(pid);
      // A look takes some milliseconds a process: others have their turn between two.
      await turn();
    }
    this.memory.push(sum);
    this.own.push(pss(this.container.first.pid, 'Pss_Anon'));
  }

  /** What PID 1 costs when no server runs. */
  async rest() {
    let descriptors = Infinity;
    for (let look = 0; look < 20; look++) {
      descriptors = Math.min(descriptors, readdirSync(`/proc/${this.container.first.pid}/fd`).length);
      await delay(50);
    }
    const { pid } = this.container.first;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    const wakeUps = Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    return {
      instances: this.#firsts(new Members(this.container)), descriptors, pss: pss(pid), wakeUps, at: Date.now(),
      cpu: (Number(stat[11]) + Number(stat[12])) / 100,
    };
  }

  /** Waits until no server is left, as long as that may take. */
  async untilQuiet(deadline) {
    while (Date.now() < deadline && new Members(this.container).instances.size > 3) await delay(100);
  }
}
