// The backend of the stand-in: what a gateway does, as gateways do it. Servers are in Postgres; each session of a client
// gets one of its own as a child over stdio, and nobody ends it but the session's DELETE. No handler for any signal.
import { randomUUID, webcrypto } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

// A global of Node 20 that the SDK's transport takes for granted; Debian's Node is 18.
globalThis.crypto ??= webcrypto;

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
// A connection that breaks while idle is replaced at the next query; /health says meanwhile that it is not there.
database.on('error', (error) => console.error(`database: ${error.message}`));
const sessions = new Map();

// Read with the first session: it takes emulated machines long.
async function transports() {
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
  return { StdioClientTransport, StreamableHTTPServerTransport };
}

async function open(name) {
  const { rows } = await database.query('SELECT command, args FROM mcp_servers WHERE name = $1', [name]);
  if (rows.length === 0) return null;
  const { StdioClientTransport, StreamableHTTPServerTransport } = await transports();
  const server = new StdioClientTransport(rows[0]);
  const client = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, client);
      console.log(`session ${id}: ${name} is pid ${server.pid}`);
    },
  });
  client.onmessage = (message) => server.send(message);
  server.onmessage = (message) => client.send(message);
  client.onclose = () => {
    sessions.delete(client.sessionId);
    server.close();
  };
  await server.start();
  return client;
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/health') {
    const { rows } = await database.query('SELECT count(*)::int AS servers FROM mcp_servers');
    return response.end(JSON.stringify({ status: 'ok', servers: rows[0].servers, sessions: sessions.size }));
  }
  const endpoint = /^\/metamcp\/([\w-]+)\/mcp$/.exec(pathname);
  const id = request.headers['mcp-session-id'];
  const session = id ? sessions.get(id) : endpoint && (await open(endpoint[1]));
  if (!endpoint || !session) return response.writeHead(404).end();
  return session.handleRequest(request, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(`${request.url}: ${error.message}`);
    if (!response.headersSent) response.writeHead(503);
    response.end();
  });
});
server.listen(process.env.PORT, () => console.log(`backend on port ${process.env.PORT}`));
