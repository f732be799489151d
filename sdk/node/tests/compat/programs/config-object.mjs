// SPDX-License-Identifier: MIT
// A config is the caller's to edit: which of its lists are those of the policy?
import { createConfigFromPolicy } from '@microsoft/mxc-sdk';
import { show, version } from './helper.mjs';

const policy = {
  version,
  filesystem: { readwritePaths: ['/a'], readonlyPaths: ['/b'], deniedPaths: ['/c'] },
  network: { allowOutbound: true, allowedHosts: ['example.org'], blockedHosts: ['example.net'] },
};
const config = createConfigFromPolicy(policy, 'process', 'name');
for (const key of ['readwritePaths', 'readonlyPaths', 'deniedPaths'])
  show(`filesystem ${key} is shared`, config.filesystem[key] === policy.filesystem[key]);
for (const key of ['allowedHosts', 'blockedHosts'])
  show(`network ${key} is shared`, config.network[key] === policy.network[key]);
config.process.commandLine = 'echo';
config.process.env = ['A=1'];
config.filesystem.readonlyPaths.push('/d');
config.anything = { goes: true };
show('edited', config);
show('the policy', policy);
show('plain', [Object.isFrozen(config), Object.getPrototypeOf(config) === Object.prototype]);
