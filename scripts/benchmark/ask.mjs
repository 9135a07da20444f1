// usage: node ask.mjs SOCKET REQUEST TIMES: prints the ns from the request to the end of its answer, once a line. It runs beside
// mcp-init, in its PID namespace, since clients outside of that are refused.
import { once } from 'node:events';
import { createConnection } from 'node:net';

const [socket, request, times] = process.argv.slice(2);
const connection = createConnection(socket);
await once(connection, 'connect');
for (let i = 0; i < Number(times); i++) {
  const start = process.hrtime.bigint();
  connection.write(`${request}\n`);
  for (let text = ''; !text.includes('"row":"end"'); ) text = text.slice(-64) + String((await once(connection, 'data'))[0]);
  console.log(String(process.hrtime.bigint() - start));
}
connection.destroy();
