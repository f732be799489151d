// SPDX-License-Identifier: MIT
// The names of the package, and its lists.
import * as sdk from '@microsoft/mxc-sdk';
import { show } from './helper.mjs';

const documented = [
  'ContainmentTypes', 'ExperimentalBackends', 'IsolationSessionUserConfig', 'MxcError', 'buildSandboxPayload',
  'createConfigFromPolicy', 'deprovisionSandbox', 'execInSandbox', 'execInSandboxAsync', 'getAvailableToolsPolicy',
  'getPlatformSupport', 'getTemporaryFilesPolicy', 'getUserProfilePolicy', 'mxcErrorFromCode', 'provisionSandbox',
  'spawnSandbox', 'spawnSandboxAsync', 'spawnSandboxFromConfig', 'startSandbox', 'stopSandbox',
];
for (const name of documented) show(name, typeof sdk[name]);
show('missing', documented.filter((name) => !(name in sdk)));
show('more', Object.keys(sdk).filter((name) => !documented.includes(name)));
show('ContainmentTypes', sdk.ContainmentTypes);
show('ExperimentalBackends', sdk.ExperimentalBackends);
