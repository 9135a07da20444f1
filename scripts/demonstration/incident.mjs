// The container of the incident: which of its processes are servers, and the one that is killed.
import { Container } from '../namespaces/container.mjs';
import { isAlive, pss } from '../namespaces/processes.mjs';

const isGateway = ({ args }) => args.includes('container/incident/gateway.mjs');

export class Incident extends Container {
  static start(command, files) {
    return super.start('incident', command, files);
  }

  #running() {
    return this.processes().filter(({ state }) => state !== 'Z');
  }

  /** All but PID 1, its short-lived helpers and the gateway: servers, what is wrapped around them, and their jobs. */
  servers() {
    return this.#running().filter((one) => one.pid !== this.first.pid && !isGateway(one)
      && !(one.parent === this.first.pid && one.name === 'mcp-init'));
  }

  /** @returns those of them that still run */
  alive(processes) {
    return processes.filter(isAlive);
  }

  usage(processes) {
    return {
      processes: processes.length,
      tasks: processes.reduce((sum, one) => sum + one.tasks, 0),
      pss: processes.reduce((sum, one) => sum + pss(one.pid), 0),
    };
  }

  /** @returns when */
  killGateway() {
    const gateway = this.#running().find(isGateway);
    if (!gateway) throw new Error(`no gateway:\n${this.output}`);
    process.kill(gateway.pid, 'SIGKILL');
    return Date.now();
  }
}
