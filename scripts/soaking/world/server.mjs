// A stdio MCP server with one vice, named by its argument: crash-at-once, crash-in-call, leak, flood, hang or daemons.
import { createInterface } from 'node:readline';
import { leaveDaemon } from './daemon.mjs';

const [vice] = process.argv.slice(2);
// At once, and then a second.
const mebibytes = { leak: [0, 40], flood: [400, 40] }[vice];
const held = [];

// fill() touches every page, so that the memory is really used.
const grow = (size) => held.push(Buffer.alloc(size << 20).fill(1));

if (vice === 'crash-at-once') process.exit(3);
if (vice === 'hang') process.on('SIGTERM', () => {});
// Without this, the event loop would be empty when stdin ends.
if (vice === 'hang') setInterval(() => {}, 60_000);

const results = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: vice, version: '1' } }),
  'tools/list': () => ({ tools: ['act', 'rest'].map((name) => ({ name, inputSchema: { type: 'object' } })) }),
  'tools/call': ({ name }) => {
    if (name !== 'act') return {};
    if (vice === 'crash-in-call') process.exit(4);
    if (vice === 'daemons') leaveDaemon();
    if (mebibytes) {
      grow(mebibytes[0]);
      // Until somebody ends it.
      setInterval(grow, 250, mebibytes[1] / 4);
    }
    return { content: [{ type: 'text', text: 'done' }] };
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined || vice === 'hang') return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} })}\n`);
});
