// A service with a health check: it answers with its pid, on a port for the probe and on a socket file for the judge outside, or
// crashes, hangs or leaves a daemon behind when asked to.
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { leaveDaemon } from './daemon.mjs';

const socket = '/run/soak/web.sock';
process.on('SIGTERM', () => process.exit(0));

const acts = {
  '/crash': () => process.exit(7),
  // The one thread waits for ever: it answers no probe and no SIGTERM.
  '/hang': () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  '/daemon': leaveDaemon,
};

function answer({ method, url }, response) {
  response.end(String(process.pid));
  if (method === 'POST') setTimeout(() => acts[url](), 10);
}

rmSync(socket, { force: true });
createServer(answer).listen(8080, '127.0.0.1');
createServer(answer).listen(socket);
