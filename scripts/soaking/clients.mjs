// Clients of the gateway, whose sessions come and go, and what became of each.
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './asking.mjs';
import { sessionsOf } from './plan.mjs';

// The reasons for which there was no answer, in the words of the table.
const reasons = [
  [/refused by JSON-RPC -32000/, 'refused'], [/is gone|no such session|socket hang up/, 'the gateway was killed'],
  [/no answer/, 'no answer in time'], [/ended with|ended before/, 'the server ended'],
];
const reasonOf = (message) => reasons.find(([pattern]) => pattern.test(message))?.[1] ?? message;

export class Clients {
  opened = 0;
  answered = 0;
  /** ms until the first answer of each session */
  times = [];
  /** By reason and server. */
  notOpened = new Map();
  notAnswered = new Map();
  #stopped = new AbortController();
  #loops = [];

  constructor(container) {
    this.container = container;
    // Each client waits for it.
    setMaxListeners(0, this.#stopped.signal);
  }

  start(seed, count) {
    this.#loops = Array.from({ length: count }, (_, client) => this.#live(sessionsOf(seed, client)));
  }

  /** Ends each client after its session of the moment, and then all that is left of sessions, also those that were dropped. */
  async stop() {
    this.#stopped.abort();
    await Promise.race([Promise.all(this.#loops), delay(8000, undefined, { ref: false })]);
    await ask(this.container, 'gateway', 'POST', '/tidy');
    await Promise.all(this.#loops);
  }

  async #live(sessions) {
    for (const session of sessions) {
      if (this.#stopped.signal.aborted) return;
      await this.run(session);
      await this.#rest(session.pause);
    }
  }

  #rest(ms) {
    return delay(ms, undefined, { signal: this.#stopped.signal }).catch(() => {});
  }

  async run({ server, calls, end }) {
    const number = await this.open(server);
    if (number === undefined) return;
    for (const { pause, ...call } of calls) {
      if (this.#stopped.signal.aborted) break;
      await this.#rest(pause);
      await this.call(number, call);
    }
    await ask(this.container, 'gateway', 'POST', `/${end}/${number}`).catch(() => {});
  }

  /** @returns the number of the session, or undefined */
  async open(server) {
    const started = Date.now();
    try {
      const number = await ask(this.container, 'gateway', 'POST', `/open/${server}`);
      this.opened++;
      this.times.push(Date.now() - started);
      return number;
    } catch (error) {
      const reason = reasonOf(error.message);
      if (!this.notOpened.has(reason)) this.notOpened.set(reason, new Map());
      count(this.notOpened.get(reason), server);
      return undefined;
    }
  }

  /** @returns whether it was answered */
  async call(number, call) {
    try {
      await ask(this.container, 'gateway', 'POST', `/call/${number}`, { ...call, deadline: 5000 });
      this.answered++;
      return true;
    } catch (error) {
      count(this.notAnswered, reasonOf(error.message));
      return false;
    }
  }
}

const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
