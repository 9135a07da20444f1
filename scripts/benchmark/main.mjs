// The benchmark's table of contents: each part measures, prints its table, and adds its targets to the last one.
import { availableParallelism, loadavg } from 'node:os';
import { Report } from './report.mjs';
import { passThrough } from './pass-through.mjs';
import { supervision } from './supervision.mjs';
import { idle } from './idle.mjs';
import { health } from './health.mjs';
import { strangers } from './strangers.mjs';
import { binary } from './binary.mjs';
import { cgroups } from './cgroups.mjs';
import { launch } from './launch.mjs';
import { unwrap } from './unwrap.mjs';
import { removeWorkspace } from './workspace.mjs';

const [load] = loadavg();
console.log(`${availableParallelism()} cores, load ${load.toFixed(1)} before the start; the ratios mean most on a quiet machine`);
const report = new Report();
try {
  const parts = [passThrough, supervision, idle, health, strangers, binary, launch, unwrap, cgroups];
  for (const part of parts) await part(report);
} finally {
  removeWorkspace();
}
process.exitCode = report.close();
