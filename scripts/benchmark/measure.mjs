// The C program `measure` from here: whole run times, and supervisors that are started, looked at and stopped.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freshPath, tools } from './workspace.mjs';

const program = join(tools, 'measure');

/**
 * Runs the commands in turn and returns an array of ns for each. @param place 'plain' or 'pid1'; @param within a command that starts
 * another one somewhere, such as nsenter
 */
export async function repeat(place, rounds, commands, { exitCode = 0, within = [] } = {}) {
  const args = ['repeat', place, String(rounds), String(Math.ceil(rounds / 10))];
  for (const command of commands) args.push(':', ...command);
  const env = { ...process.env, BENCH_EXIT_CODE: String(exitCode) };
  const [first, ...others] = [...within, program, ...args];
  const { stdout } = await promisify(execFile)(first, others, { env, timeout: 120_000, maxBuffer: 16 << 20 });
  return stdout.trim().split('\n').map((line) => line.split(' ').map(Number));
}

/** A supervisor as PID 1 of its own namespaces, `count` services of which have reported ready. */
export class Supervised {
  static async start(count, command, environment = {}) {
    const log = freshPath('log');
    const args = ['supervise', String(count), freshPath('fifo'), '15', log, '--', ...command];
    const driver = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    const supervised = new Supervised(driver, log);
    const [ns, pid] = await supervised.#answer('ready');
    return Object.assign(supervised, { readyNs: ns, pid });
  }

  constructor(driver, log) {
    this.driver = driver;
    this.log = log;
    this.errors = '';
    this.lines = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
    driver.stderr.on('data', (text) => (this.errors += text));
  }

  async #answer(word) {
    const { value } = await this.lines.next();
    if (value?.startsWith(`${word} `)) return value.split(' ').slice(1).map(Number);
    if (this.driver.exitCode === null && this.driver.signalCode === null) await once(this.driver, 'close');
    throw new Error(`${this.errors}${readFileSync(this.log, 'utf8').slice(-400)}`);
  }

  /** Returns the ns from SIGTERM until the supervisor and every service were gone. */
  async stop() {
    this.driver.stdin.end('\n');
    const [ns, exitCode] = await this.#answer('stopped');
    return { ns, exitCode };
  }
}

function rollup(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN);
  return { rss: field('Rss'), pss: field('Pss') };
}

function descendants(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.flatMap((child) => [Number(child), ...descendants(child)]);
}

/** In KiB: PID 1 alone, and with what it keeps beside the services, such as one s6-supervise for each. */
export function memory(pid) {
  const own = rollup(pid);
  const helpers = descendants(pid).filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() !== 'service');
  return { ...own, pssWithHelpers: helpers.reduce((sum, child) => sum + rollup(child).pss, own.pss) };
}

/** Of every thread, in ns (man 5 proc: schedstat). Children have an account of their own. */
export function cpuTime(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns, 0);
}

/** Context switches of every thread so far: a thread that wakes up switches in, and out again. */
export function switches(pid) {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');
    for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) sum += Number(count);
  }
  return sum;
}
