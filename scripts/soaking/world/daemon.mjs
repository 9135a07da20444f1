// A process that forks twice into a session of its own: an orphan from its beginning, which ignores SIGHUP and works on.
import { spawn } from 'node:child_process';

export function leaveDaemon() {
  spawn('sh', ['-c', 'setsid sleep 3600 </dev/null >/dev/null 2>&1 &'], { stdio: 'ignore' });
}
