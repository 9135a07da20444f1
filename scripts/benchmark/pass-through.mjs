// One command under an init: what it adds to the command's run time, and what it keeps in memory while the child sleeps.
import { Supervised, memory, repeat } from './measure.mjs';
import { kibibytes, median, milliseconds, ratio } from './report.mjs';
import { mcpInit, service } from './workspace.mjs';

const rounds = 300;

/** The flags make them silent and adopting where they are not PID 1. */
const inits = {
  'no init': [],
  tini: ['tini', '-s', '--'],
  'dumb-init': ['dumb-init', '--'],
  catatonit: ['catatonit', '--'],
  'mcp-init': [mcpInit, '-s', '--'],
};

async function times(place) {
  const measured = await repeat(place, rounds, Object.values(inits).map((prefix) => [...prefix, '/bin/true']));
  return Object.fromEntries(Object.keys(inits).map((name, i) => [name, median(measured[i])]));
}

async function asleep(prefix) {
  const supervised = await Supervised.start(1, [...prefix, service]);
  const used = memory(supervised.pid);
  await supervised.stop();
  return used;
}

export async function passThrough(report) {
  const pid1 = await report.attempt('pass-through as PID 1', () => times('pid1'));
  const plain = await report.attempt('pass-through as an ordinary process', () => times('plain'));
  const used = {};
  for (const [name, prefix] of Object.entries(inits))
    used[name] = prefix.length ? await report.attempt(`memory of ${name}`, () => asleep(prefix)) : undefined;

  const cell = (value, show) => (value === undefined ? '' : show(value));
  report.table(`Pass-through of /bin/true, exec to exit, median of ${rounds}; memory with a sleeping child`, [
    ['', 'as PID 1', '× tini', 'ordinary', '× tini', 'RSS', 'PSS'],
    ...Object.keys(inits).map((name) => [
      name,
      cell(pid1?.[name], milliseconds), cell(pid1?.[name], (ns) => ratio(ns, pid1.tini)),
      cell(plain?.[name], milliseconds), cell(plain?.[name], (ns) => ratio(ns, plain.tini)),
      cell(used[name]?.rss, kibibytes), cell(used[name]?.pss, kibibytes),
    ]),
  ]);
  for (const [place, result] of [['as PID 1', pid1], ['ordinary', plain]])
    if (result)
      report.target(`pass-through of /bin/true, ${place}`, 'at most 1.6 × tini', ratio(result['mcp-init'], result.tini),
        result['mcp-init'] <= 1.6 * result.tini);
  const rss = used['mcp-init']?.rss;
  if (rss) report.target('pass-through RSS', 'at most 2.5 MB', `${(rss * 1024 / 1e6).toFixed(2)} MB`, rss * 1024 <= 2.5e6);
}
