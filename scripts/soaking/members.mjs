// Whose each process of the container is, by what /proc shows: its parents, its arguments and the instance in its environment.
import { readFileSync } from 'node:fs';

export const services = ['gateway', 'web', 'moody'];

function instanceOf(pid) {
  try {
    return /(?:^|\0)MCP_INIT_INSTANCE=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** The pid that the process has inside of its own PID namespace. */
export function innerPid(pid) {
  try {
    return Number(/^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

export class Members {
  constructor(container) {
    this.first = container.first;
    this.all = container.processes().filter(({ pid }) => pid !== this.first.pid);
    this.alive = this.all.filter(({ state }) => state !== 'Z');
    this.#byPid = new Map(this.alive.map((one) => [one.pid, one]));
    for (const one of this.alive) one.instance = instanceOf(one.pid);
  }

  #byPid;

  get(pid) {
    return this.#byPid.get(pid);
  }

  /** Zombies that PID 1 has to collect. */
  get uncollected() {
    return this.all.filter(({ state, parent }) => state === 'Z' && parent === this.first.pid);
  }

  /** @returns the main process of a service, or undefined */
  service(name) {
    return this.alive.find(({ parent, args }) => parent === this.first.pid && args[1] === `scripts/soaking/world/${name}.mjs`);
  }

  get guards() {
    return this.alive.filter(({ parent, args }) => parent !== this.first.pid && args[1] === 'launch');
  }

  /** The first process of each launched server: the child of a guard that is of another instance than the guard. */
  get servers() {
    return this.alive.filter((one) => {
      const parent = this.get(one.parent);
      return parent?.args[1] === 'launch' && one.instance && one.instance !== parent.instance;
    });
  }

  /** Processes that have lost their parent and are of an instance; mostly the daemons that servers left. */
  get daemons() {
    const mains = services.map((name) => this.service(name)?.pid);
    return this.alive.filter(({ pid, parent, instance }) => parent === this.first.pid && instance && !mains.includes(pid));
  }

  /** Processes of services and servers by their instance, guards with the gateway's. */
  get instances() {
    const instances = new Map();
    for (const one of this.alive) {
      if (one.instance) instances.set(one.instance, [...(instances.get(one.instance) ?? []), one]);
    }
    return instances;
  }
}
