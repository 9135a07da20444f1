// The demonstration's client: it asks the gateway (container/incident/gateway.mjs) for sessions.
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

function ask(container, method, path) {
  return new Promise((resolve, reject) => {
    request({ socketPath: container.path('gateway.sock'), method, path, timeout: 90_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`the gateway answered ${response.statusCode}: ${text}`));
      });
    }).on('error', reject).on('timeout', function () { this.destroy(new Error('the gateway does not answer')); }).end();
  });
}

export async function untilUp(container) {
  for (const deadline = Date.now() + 20_000; ;) {
    try {
      return await ask(container, 'GET', '/');
    } catch (error) {
      if (Date.now() > deadline || container.hasEnded) throw new Error(`no gateway (${error.message}):\n${container.output}`);
      await delay(50);
    }
  }
}

/** Opens a session with all servers, or with one; returns for each its name and the ms until its first answer. */
export async function openSession(container, server = '') {
  try {
    return JSON.parse(await ask(container, 'POST', `/session/${server}`));
  } catch (error) {
    throw new Error(`no session (${error.message}):\n${container.output}`);
  }
}
