// The frontend of the stand-in: a page, and everything else from the backend, as Next's rewrites do it.
import { createServer, request as ask } from 'node:http';

const backend = { host: '127.0.0.1', port: 12009 };

const server = createServer((request, response) => {
  if (request.url === '/') return response.end('<!doctype html><title>MetaMCP stand-in</title>\n');
  const asked = ask({ ...backend, path: request.url, method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    // An event stream may have nothing to say for long.
    response.flushHeaders();
    answer.pipe(response);
  });
  asked.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  response.on('close', () => asked.destroy());
  return request.pipe(asked);
});
// Between two requests an emulated client takes longer than the 5 s after which a connection is closed by default.
server.keepAliveTimeout = 120_000;
// As Next does it: at SIGTERM no connection is taken any more, and the end comes with the end of the last one.
if (!process.env.NEXT_MANUAL_SIG_HANDLE) process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(process.env.PORT, () => console.log(`frontend on port ${process.env.PORT}`));
