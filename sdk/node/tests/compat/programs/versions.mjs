// SPDX-License-Identifier: MIT
// Which versions of policies are read, and what is said about the others.
import { createConfigFromPolicy } from '@microsoft/mxc-sdk';
import { attempt } from './helper.mjs';

const versions = [
  '0.4.0', '0.4.0-alpha', '0.4.9', '0.5.0-alpha', '0.6.0-alpha', '0.7.0', '0.7.0-alpha', '0.8.0-alpha', '0.8.99',
  '0.3.0', '0.3.9-alpha', '0.0.0', '0.9.0', '0.9.0-alpha', '1.0.0', '10.0.0', '0.7.0+build', '0.7.0-alpha.1+x',
  '', '0.7', '0', 'latest', 'v0.7.0', ' 0.7.0', '0.7.0 ', '=0.7.0', '00.7.0', '0.07.0', '0.7.0-01', '0.7.0-', '0.7.0.1',
];
for (const version of versions)
  await attempt(JSON.stringify(version), () => createConfigFromPolicy({ version }, 'process', 'name').version);
for (const version of [undefined, null])
  await attempt(String(version), () => createConfigFromPolicy({ version }, 'process', 'name').version);
