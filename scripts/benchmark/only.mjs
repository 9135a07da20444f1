import { Report } from './report.mjs';
import { removeWorkspace } from './workspace.mjs';
const report = new Report();
try { const m = await import(process.argv[2]); await m[process.argv[3]](report); } finally { removeWorkspace(); }
report.close();
