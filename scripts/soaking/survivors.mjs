// Notices processes that outlive what they belong to: the main process of their instance, its guard, or the client of the guard.
import { services } from './members.mjs';

// close_grace, a look, SIGTERM, five seconds, SIGKILL; and some time for a machine under load.
const grace = 12_000;

export class Survivors {
  found = new Map();
  #known = new Map();

  /** Takes one look. */
  see(members, now) {
    for (const one of members.servers) {
      const guard = members.get(one.parent);
      this.#learn(one.instance, [one, guard, members.get(guard.parent)]);
    }
    for (const name of services) {
      const main = members.service(name);
      if (main?.instance) this.#learn(main.instance, [main]);
    }
    const instances = members.instances;
    for (const [instance, known] of this.#known) {
      const left = instances.get(instance) ?? [];
      if (left.length === 0) this.#known.delete(instance);
      else this.#judge(members, known, left, now);
    }
  }

  #learn(instance, chain) {
    if (!this.#known.has(instance)) this.#known.set(instance, { chain: chain.filter(Boolean) });
  }

  #judge(members, known, left, now) {
    if (known.chain.every(({ pid, start }) => members.get(pid)?.start === start)) return;
    known.since ??= now;
    if (now - known.since <= grace) return;
    for (const { pid, start, args } of left) this.found.set(`${pid} ${start}`, `${args.join(' ').trim()} (pid ${pid})`);
  }
}
