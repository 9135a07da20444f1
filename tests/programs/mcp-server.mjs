// usage: node mcp-server.mjs stateful|stateless|modern|dual PORT
// MCP servers as the official TypeScript SDK makes them: version 1 with sessions and without, version 2 for 2026-07-28 alone
// and for both eras. GET /sessions tells how many sessions are open. The packages are those of container/demo.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [kind, port] = process.argv.slice(2);
const demo = createRequire(new URL('../../container/demo/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(demo.resolve(name)));
const info = { name: `test-${kind}`, version: '1.0.0' };
const sessions = new Map();

async function ofVersion1() {
  const { McpServer } = await load('@modelcontextprotocol/sdk/server/mcp.js');
  const { StreamableHTTPServerTransport } = await load('@modelcontextprotocol/sdk/server/streamableHttp.js');
  return async (request, response) => {
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: kind === 'stateful' ? randomUUID : undefined,
      enableJsonResponse: kind === 'stateless',
      onsessioninitialized: (id) => sessions.set(id, transport),
      onsessionclosed: (id) => sessions.delete(id),
    });
    await new McpServer(info).connect(transport);
    return transport.handleRequest(request, response);
  };
}

async function ofVersion2() {
  const { createMcpHandler, McpServer } = await load('@modelcontextprotocol/server');
  const { toNodeHandler } = await load('@modelcontextprotocol/node');
  return toNodeHandler(createMcpHandler(() => new McpServer(info), { legacy: kind === 'dual' ? 'stateless' : 'reject' }));
}

const handle = await (kind === 'modern' || kind === 'dual' ? ofVersion2() : ofVersion1());
const server = createServer((request, response) => {
  if (request.url === '/sessions') response.end(`${sessions.size}`);
  else if (request.url === '/mcp') handle(request, response);
  else response.writeHead(404).end();
});
server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`));
