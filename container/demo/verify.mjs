// Speaks MCP to every server of mcp-init.toml through the Inspector's command line, a client that is not ours. Exits 0
// only if each lists tools and the memory server knows what `prepare` wrote.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const inspector = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/cli/build/cli.js', import.meta.url));
const deadline = 30_000;

function call(address, transport, ...request) {
  return new Promise((resolve, reject) => {
    const args = [inspector, '--cli', address, '--transport', transport, '--method', ...request];
    execFile(process.execPath, args, { timeout: deadline, maxBuffer: 8 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${address}: ${stderr.trim() || error.message}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

async function listTools(name, address, transport) {
  const { tools } = await call(address, transport, 'tools/list');
  if (!tools?.length) throw new Error(`${name} lists no tools`);
  return `${name}: ${tools.length} tools: ${tools.slice(0, 3).map((tool) => tool.name).join(', ')}, …`;
}

async function readSeed(address) {
  const { content } = await call(address, 'http', 'tools/call', '--tool-name', 'read_graph');
  const names = JSON.parse(content[0].text).entities.map((entity) => entity.name);
  if (!names.includes('mcp-init')) throw new Error(`memory does not know what was prepared: ${names}`);
  return `memory: knows ${names.join(', ')}`;
}

try {
  console.log(await listTools('everything', 'http://127.0.0.1:3001/mcp', 'http'));
  console.log(await listTools('everything-sse', 'http://127.0.0.1:3002/sse', 'sse'));
  console.log(await listTools('memory', 'http://127.0.0.1:3003/mcp', 'http'));
  console.log(await readSeed('http://127.0.0.1:3003/mcp'));
  console.log('verified: every server answers');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
