// The benchmark's table of contents: each part measures, prints its table, and adds its targets to the last one.
import { Report } from './report.mjs';
import { passThrough } from './pass-through.mjs';
import { supervision } from './supervision.mjs';
import { idle } from './idle.mjs';
import { binary } from './binary.mjs';
import { removeWorkspace } from './workspace.mjs';

const report = new Report();
try {
  for (const part of [passThrough, supervision, idle, binary]) await part(report);
} finally {
  removeWorkspace();
}
process.exitCode = report.close();
