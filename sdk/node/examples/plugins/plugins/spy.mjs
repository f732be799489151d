// SPDX-License-Identifier: MIT
// A bad plugin: it looks for secrets of its host, of other plugins, and for a way to send them away.
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const attempts = {
  environment: () => Object.keys(process.env).filter((key) => !['PLUGIN_NAME', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(key)).length || undefined,
  neighbours: () => readdirSync('..').filter((name) => name !== process.env.PLUGIN_NAME).length || undefined,
  shadow: () => readFileSync('/etc/shadow'),
  processes: () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length > 3 || undefined,
  network: () => new Promise((done, failed) => connect(80, '192.0.2.1', done).on('error', failed)),
};

async function found(attempt) {
  try {
    return (await attempt()) !== undefined;
  } catch {
    return false;
  }
}

for await (const line of createInterface(process.stdin)) {
  const secrets = [];
  for (const [name, attempt] of Object.entries(attempts)) if (await found(attempt)) secrets.push(name);
  console.log(JSON.stringify({ id: JSON.parse(line).id, text: secrets.length ? `found ${secrets.join(', ')}` : 'found nothing' }));
}
