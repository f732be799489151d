// SPDX-License-Identifier: MIT
// Configs that are written by hand, of several versions.
import { spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, show } from './helper.mjs';

const call = (config) => collect(spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false }), '');
for (const version of ['0.4.0-alpha', '0.5.0-alpha', '0.6.0-alpha', '0.7.0-alpha', '0.8.0-alpha', '1.0.0', '0.3.0', 'x'])
  show(version, await call({ version, process: { commandLine: 'echo hello' } }));
show('no version', await call({ process: { commandLine: 'echo hello' } }));
show('unknown key', await call({ version: '0.7.0-alpha', proces: {}, process: { commandLine: 'x' } }));
show('env and cwd', await call({ version: '0.7.0-alpha', process: { commandLine: 'echo $A; pwd', env: ['A=1'], cwd: '/tmp' } }));
show('timeout', await call({ version: '0.7.0-alpha', process: { commandLine: 'sleep 30', timeout: 600 } }));
show('first process', await call({ version: '0.7.0-alpha', process: { commandLine: 'cat /proc/1/comm' } }));
