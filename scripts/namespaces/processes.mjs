// Processes as this machine's /proc shows them, those of other PID namespaces included.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** @returns what the kernel says of the process, or undefined if it has ended */
export function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid, state: fields[0], parent: Number(fields[1]), tasks: Number(fields[17]), start: fields[19],
      name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      args: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'), namespace: readlinkSync(`/proc/${pid}/ns/pid`),
    };
  } catch {
    return undefined;
  }
}

/** @returns all processes of the namespace, zombies included */
export const processesOf = (namespace) => readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  .map((name) => look(Number(name))).filter((one) => one?.namespace === namespace);

export const firstChild = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);

/** @returns whether it is still the same process, and no zombie */
export function isAlive({ pid, start }) {
  const now = look(pid);
  return now !== undefined && now.start === start && now.state !== 'Z';
}

/** @returns its memory in KiB, of this kind (`Pss_Anon` is what no file is behind); 0 if it has ended */
export function pss(pid, kind = 'Pss') {
  try {
    return Number(new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
