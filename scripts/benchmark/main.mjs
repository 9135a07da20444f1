// The benchmark's table of contents: each part measures, prints its table, and adds its targets to the last one.
import { availableParallelism, loadavg } from 'node:os';
import { Report } from './report.mjs';
import { passThrough } from './pass-through.mjs';
import { supervision } from './supervision.mjs';
import { idle } from './idle.mjs';
import { monitor } from './monitor.mjs';
import { health } from './health.mjs';
import { strangers } from './strangers.mjs';
import { binary } from './binary.mjs';
import { cgroups } from './cgroups.mjs';
import { launch } from './launch.mjs';
import { unwrap } from './unwrap.mjs';
import { window } from './window.mjs';
import { removeWorkspace } from './workspace.mjs';

const parts = { 'pass-through': passThrough, supervision, idle, monitor, health, strangers, binary, window, launch, unwrap, cgroups };
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
if (unknown) {
  console.error(`there is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const [load] = loadavg();
console.log(`${availableParallelism()} cores, load ${load.toFixed(1)} before the start; the ratios mean most on a quiet machine`);
const report = new Report();
try {
  for (const name of chosen.length ? chosen : Object.keys(parts)) await parts[name](report);
} finally {
  removeWorkspace();
}
process.exitCode = report.close();
