// What will be done, before anything is: a pure function of the seed. What comes of it depends on the machine.
import { Random } from './random.mjs';

// Each minute begins with the leak and the flood, which take half of it, and has all of these, in an order of its own.
const minute = [
  'kill a server', 'kill a server', 'kill a server', 'kill a guard', 'kill a guard', 'kill a daemon', 'kill any process',
  'kill any process', 'kill the gateway', 'kill web', 'hang web', 'crash web', 'leave a daemon of web', 'let moody crash',
];

/** @returns the acts against the installation, each with its time in ms and a fraction that picks the victim */
export function attacks(seed, duration) {
  const random = new Random(seed, 1), acts = [];
  for (let start = 0; start < duration; start += 60_000) {
    const length = Math.min(60_000, duration - start);
    ['leak', 'flood', ...random.shuffle(minute)].forEach((act, index) => {
      acts.push({ at: Math.round(start + (index + random.next()) * length / (minute.length + 2)), act, fraction: random.next() });
    });
  }
  return acts;
}

const text = { tool: 'echo', arguments: { message: 'soak' } };
const calls = {
  everything: [text, { tool: 'trigger-long-running-operation', arguments: { duration: 2, steps: 4 } }],
  memory: [{ tool: 'read_graph', arguments: {} }],
  'desktop-commander': [
    { tool: 'start_process', arguments: { command: 'sleep 600', timeout_ms: 100 } },
    { tool: 'start_process', arguments: { command: 'setsid sleep 600 </dev/null >/dev/null 2>&1 &', timeout_ms: 100 } },
  ],
};
const misbehaving = [{ tool: 'act', arguments: {} }];

const servers = [
  'everything', 'everything', 'everything', 'memory', 'memory', 'memory', 'memory', 'desktop-commander', 'desktop-commander',
  'crash-at-once', 'crash-in-call', 'hang', 'daemons',
];
const ends = ['close', 'close', 'close', 'kill', 'drop'];

/** The sessions of one client, without end: a server, the calls with the pause before each, and its end. */
export function* sessionsOf(seed, client) {
  const random = new Random(seed, 2, client);
  for (;;) {
    const server = random.pick(servers);
    const length = Math.ceil(random.between(1, 6));
    yield {
      server,
      calls: Array.from({ length }, () => ({ ...random.pick(calls[server] ?? misbehaving), pause: Math.round(random.between(100, 2500)) })),
      end: random.pick(ends),
      pause: Math.round(random.between(100, 2000)),
    };
  }
}
