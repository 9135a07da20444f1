// Asks a service again and again, from outside. From the last answer before it fell silent to the first of another process is its recovery.
import { setTimeout as delay } from 'node:timers/promises';
import { pidOf } from './asking.mjs';

export class Outages {
  /** ms, one for each process of the service that was replaced */
  recoveries = [];
  #stopped = false;

  constructor(container, service) {
    this.container = container;
    this.service = service;
  }

  start() {
    this.#loop = this.#watch();
  }

  #loop;

  async stop() {
    this.#stopped = true;
    await this.#loop;
  }

  async #watch() {
    let answered, lastPid;
    while (!this.#stopped) {
      const pid = await pidOf(this.container, this.service);
      const now = Date.now();
      if (pid !== undefined) {
        if (lastPid !== undefined && pid !== lastPid) this.recoveries.push(now - answered);
        [answered, lastPid] = [now, pid];
      }
      await delay(50);
    }
    // Silent at the end: it has not recovered, and what it has taken until now counts.
    if (Date.now() - answered > 2000) this.recoveries.push(Infinity);
  }
}
