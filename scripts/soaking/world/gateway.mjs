// The gateway of `make soak`: an HTTP server on $GATEWAY_SOCKET whose clients open sessions with servers.
//   POST /open/SERVER → the number of the session      POST /call/NUMBER with {tool, arguments, deadline}
//   POST /close/NUMBER ends it as a good client does   POST /kill/NUMBER sends SIGKILL
//   POST /drop/NUMBER forgets it: its pipes stay open, and nothing is said any more
//   POST /tidy closes all, the forgotten ones too
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Session } from './session.mjs';

const sessions = new Map();
const dropped = new Set();
let last = 0;

const acts = {
  async open(server) {
    const session = new Session(server), number = String(++last);
    sessions.set(number, session);
    try {
      await session.initialize(server === 'hang' ? 3000 : 60_000);
    } catch (error) {
      sessions.delete(number);
      await session.close();
      throw error;
    }
    return Number(number);
  },
  call: (number, { tool, arguments: words, deadline }) =>
    find(number).request('tools/call', { name: tool, arguments: words }, deadline),
  close: (number) => forget(number).close(),
  kill: (number) => forget(number).kill(),
  tidy: () => Promise.all([...sessions.keys()].map(forget).concat([...dropped]).map((session) => session.close())),
  drop(number) {
    const session = forget(number);
    dropped.add(session);
    session.ended.then(() => dropped.delete(session));
  },
};

function find(number) {
  if (!sessions.has(number)) throw new Error('no such session (the gateway was started again)');
  return sessions.get(number);
}

function forget(number) {
  const session = find(number);
  sessions.delete(number);
  return session;
}

async function act(request) {
  const [, name, argument] = request.url.split('/');
  const body = await text(request);
  return acts[name](argument, body && JSON.parse(body));
}

const socket = process.env.GATEWAY_SOCKET;
rmSync(socket, { force: true });
createServer((request, response) => {
  if (request.method === 'GET') return response.end(String(process.pid));
  act(request).then(
    (result) => response.end(JSON.stringify(result ?? null)),
    (error) => response.writeHead(503).end(error.message),
  );
}).listen(socket);
