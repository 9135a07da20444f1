// How each supervisor is told to run N copies of the same service, in the form that is fastest for it.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshPath, mcpInit, service } from './workspace.mjs';

const names = (count) => Array.from({ length: count }, (_, i) => `s${String(i).padStart(3, '0')}`);

/** A TOML file; each service is ready when it has written a line to descriptor 3. */
function mcpInitRun(count, log) {
  const file = freshPath('mcp-init.toml');
  const services = names(count).map((name) => [
    `[service.${name}]`, `command = ["${service}"]`, 'ready = "notify-fd"', `log = "${log}"`,
    'environment = { BENCH_NOTIFY_FD = "3" }', '',
  ].join('\n'));
  writeFileSync(file, `[init]\nruntime_dir = "${freshPath('run')}"\n[limits]\nmax_instances = 1000\n\n${services.join('\n')}`);
  return { command: [mcpInit, 'run', '--config', file] };
}

/** A scan directory whose run files are the service itself: no shell and no execline in between. */
function s6(count) {
  const scan = freshPath('scan');
  for (const name of names(count)) {
    mkdirSync(join(scan, name), { recursive: true });
    symlinkSync(service, join(scan, name, 'run'));
    writeFileSync(join(scan, name, 'notification-fd'), '3\n');
  }
  return { command: ['s6-svscan', scan], environment: { BENCH_NOTIFY_FD: '3' } };
}

/** It has no readiness of its own beyond startsecs, which is 0 here. */
function supervisord(count) {
  const file = freshPath('supervisord.conf');
  const programs = names(count).map((name) => [
    `[program:${name}]`, `command=${service}`, 'startsecs=0', 'stdout_logfile=NONE', 'stderr_logfile=NONE', '',
  ].join('\n'));
  const head = `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${freshPath('pid')}\n`;
  // As root it wants to be told so.
  const user = process.getuid() === 0 ? 'user=root\n' : '';
  writeFileSync(file, `${head}${user}\n${programs.join('\n')}`);
  return { command: ['supervisord', '-c', file] };
}

export const supervisors = {
  'mcp-init': (count) => mcpInitRun(count, 'inherit'),
  'mcp-init, log = "prefix"': (count) => mcpInitRun(count, 'prefix'),
  s6,
  supervisord,
};
