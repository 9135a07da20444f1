// mcp-init's own log, line by line: which run began, how each ended, and what was told of it.
export class Journal {
  notices = [];
  others = [];
  #rest = '';

  /** Takes a piece of what the container writes. */
  take(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) this.#read(line);
  }

  #read(line) {
    try {
      const notice = JSON.parse(line);
      if (notice.event) this.notices.push(notice);
    } catch {
      this.others.push(line);
    }
  }

  of(...events) {
    return this.notices.filter(({ event }) => events.includes(event));
  }

  count(...events) {
    return this.of(...events).length;
  }

  has(event) {
    return this.notices.some((notice) => notice.event === event);
  }

  /** @returns how many runs began, and a sentence for each that has not exactly one end */
  account() {
    const services = balance(this.of('ServiceStarted'), this.of('ServiceExited', 'ServiceExitedOutOfMemory'),
      ({ service, pid }) => `${service} (pid ${pid})`);
    const servers = balance(this.of('LaunchStarted'), this.of('LaunchEnded', 'LaunchFailed'), ({ server }) => server);
    return { services: services.begun, servers: servers.begun, lost: [...services.lost, ...servers.lost] };
  }

  /** @returns whether it was told that this process of a service was killed */
  hasToldKill(service, pid) {
    return this.of('ServiceExited').some(({ values }) => values.service === service && values.pid === pid
      && values.status.includes('SIGKILL'));
  }
}

function balance(begins, ends, keyOf) {
  const open = new Map();
  for (const { values } of begins) open.set(keyOf(values), (open.get(keyOf(values)) ?? 0) + 1);
  for (const { values } of ends) open.set(keyOf(values), (open.get(keyOf(values)) ?? 0) - 1);
  const lost = [...open].filter(([, left]) => left !== 0)
    .map(([key, left]) => `${key}: ${left > 0 ? 'its end was never told' : 'its end was told twice, or its begin was not'}`);
  return { begun: begins.length, lost };
}
