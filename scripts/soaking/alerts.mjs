// The alerts of a run, by type and name: what the log told, and what the command of [alerts] was given.
import { existsSync, readFileSync } from 'node:fs';

const nameOf = (name) => name || 'the container';

export function alertsOf(journal, file) {
  const alerts = new Map();
  const of = (type, name) => {
    const key = `${type} of ${nameOf(name)}`;
    if (!alerts.has(key)) alerts.set(key, { type, name: nameOf(name), told: 0, withheld: 0, over: 0, handed: 0, reasons: new Set() });
    return alerts.get(key);
  };
  for (const { event, values } of journal.of('AlertRaised', 'AlertRaisedAgain', 'AlertsWithheld', 'AlertOver')) {
    const alert = of(values.alert, [values.service, values.about].filter((word) => word && word !== 'the container').join(' '));
    if (event === 'AlertOver') alert.over++;
    else if (event !== 'AlertsWithheld') alert.told++;
    alert.withheld += Number(values.withheld ?? 0);
  }
  const messages = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  for (const { alert: type, name, state, reason } of messages) {
    const alert = of(type, name);
    alert.handed++;
    if (state === 'raised') alert.reasons.add(reason);
  }
  return { rows: [...alerts.values()], messages };
}
