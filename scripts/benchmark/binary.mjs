// The file itself: size, linkage, what its size costs at start, and whether it needs anything around it.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repeat } from './measure.mjs';
import { median, milliseconds, ratio } from './report.mjs';
import { freshPath, mcpInit, tools } from './workspace.mjs';

const run = promisify(execFile);
const rounds = 200;
/** What mcp-init answers when it is given nothing to run: it has started and done nothing else. */
const nothingToDo = 100;
const noSlower = 1.15;

async function startTimes() {
  const commands = [[join(tools, 'true')], [join(tools, 'empty-main')], [mcpInit, '--'], [mcpInit, '--version']];
  const measured = await repeat('plain', rounds, commands, { exitCode: nothingToDo });
  const [c, empty, ours, version] = measured.map(median);
  return { c, empty, ours, version };
}

async function runsInEmptyRoot() {
  const root = freshPath('root');
  mkdirSync(root);
  copyFileSync(mcpInit, join(root, 'mcp-init'));
  copyFileSync(join(tools, 'true'), join(root, 'true'));
  const inside = ['chroot', root, '/mcp-init', '-s', '--', '/true'];
  const command = process.getuid() === 0 ? inside : ['unshare', '--user', '--map-root-user', ...inside];
  await run(command[0], command.slice(1), { timeout: 10_000 });
}

export async function binary(report) {
  const size = statSync(mcpInit).size;
  const kind = (await run('file', ['-b', mcpInit])).stdout.trim();
  const start = await report.attempt('start times', startTimes);
  if (start)
    report.table(`Start of a program that then does nothing, median of ${rounds}`, [
      ['', 'exec to exit', 'size'],
      ['static C', milliseconds(start.c), `${statSync(join(tools, 'true')).size} bytes`],
      ['empty Main, same settings', milliseconds(start.empty), `${statSync(join(tools, 'empty-main')).size} bytes`],
      ['mcp-init --', milliseconds(start.ours), `${size} bytes`],
      ['mcp-init --version', milliseconds(start.version), `${size} bytes`],
    ]);
  console.log(`\nout/mcp-init: ${kind}`);

  report.target('size of out/mcp-init', 'at most 7 MB', `${(size / 1e6).toFixed(2)} MB`, size <= 7e6);
  report.target('linkage', 'statically linked', kind.includes('statically linked') ? 'statically linked' : kind,
    kind.includes('statically linked'));
  if (start)
    report.target('start, for its size', `at most ${noSlower} × an empty Main`, ratio(start.ours, start.empty),
      start.ours <= noSlower * start.empty);
  const failure = await runsInEmptyRoot().then(() => undefined, (error) => error.message.trim());
  report.target('runs in an empty root', 'yes', failure ? `no: ${failure}` : 'yes', !failure);
}
