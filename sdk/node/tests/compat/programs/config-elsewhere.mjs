// SPDX-License-Identifier: MIT
// Containments for which a config is written by hand, and those that do not exist.
import { createConfigFromPolicy } from '@microsoft/mxc-sdk';
import { attempt, version } from './helper.mjs';

const names = [
  'vm', 'microvm', 'processcontainer', 'windows_sandbox', 'hyperlight', 'seatbelt', 'isolation_session',
  'appcontainer', 'macos_sandbox', 'docker', '', 'Process',
  'toString', 'constructor', '__proto__', 'hasOwnProperty',
];
for (const name of names) await attempt(name || 'empty', () => createConfigFromPolicy({ version }, name, 'name'));
for (const name of names)
  await attempt(`${name} with hosts`, () => createConfigFromPolicy({ version, network: { allowedHosts: ['a'] } }, name));
for (const name of names)
  await attempt(`${name} with a proxy`, () => createConfigFromPolicy({ version, network: { proxy: { localhost: 1 } } }, name));
