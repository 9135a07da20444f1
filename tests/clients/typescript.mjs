// usage: node typescript.mjs 1|2|auto|hold COMMAND [ARGUMENT…], or http://…/mcp in place of the command
// The official TypeScript client, of the first SDK, of the second, or of the second as it looks for the version of 2026-07-28 first
// (by a server of its own, which it kills). Lists the tools, reads the memory server's graph, closes, and says how long that took;
// with `hold`, the first SDK's client stays.
const [, , generation, command, ...args] = process.argv;

async function load() {
  if (generation === '1' || generation === 'hold') {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    return { Client, StdioClientTransport, StreamableHTTPClientTransport };
  }
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  return { Client, StdioClientTransport, StreamableHTTPClientTransport };
}

const { Client, StdioClientTransport, StreamableHTTPClientTransport } = await load();
const transport = /^https?:/.test(command)
  ? new StreamableHTTPClientTransport(new URL(command)) : new StdioClientTransport({ command, args });
const client = new Client({ name: 'typescript', version: '1' }, generation === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {});
await client.connect(transport);
const { tools } = await client.listTools();
console.log(`tools: ${tools.length}`);
const { content } = await client.callTool({ name: 'read_graph', arguments: {} });
console.log(`graph: ${JSON.parse(content[0].text).entities.map(({ name }) => name)}`);
if (generation === 'hold') {
  console.log('holding');
  await new Promise(() => setInterval(() => {}, 60_000));
}
const start = performance.now();
await transport.terminateSession?.();
await client.close();
console.log(`closed after ${Math.round(performance.now() - start)} ms`);
