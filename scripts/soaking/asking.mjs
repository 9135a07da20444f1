// The clients of the services in the container: over their socket files, so that no process is added to it.
import { request } from 'node:http';

/** @returns the text of the answer; an error with the reason if it is none */
export function ask(container, service, method, path, body, timeout = 70_000) {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: container.path(`${service}.sock`), method, path, timeout, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(text));
      });
    });
    sent.on('error', (error) => reject(new Error(`${service} is gone (${error.code ?? error.message})`)));
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.end(body && JSON.stringify(body));
  });
}

/** @returns the pid that a service answers with, as it is inside; undefined if it does not answer */
export const pidOf = (container, service) => ask(container, service, 'GET', '/', undefined, 1000).then(Number, () => undefined);
