// SPDX-License-Identifier: MIT
// The environment of a call goes into the config, which is changed.
import { spawnSandbox, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, collectPty, fake, show, version } from './helper.mjs';

const executor = fake('exit 0');
const options = { executablePath: executor.path, skipPlatformCheck: true, usePty: false };
const base = { version, process: { commandLine: 'x' } };

for (const [name, config, env] of [
  ['none', { ...base }, undefined],
  ['empty', { ...base, process: { commandLine: 'x' } }, {}],
  ['added', { ...base, process: { commandLine: 'x', env: ['A=0', 'B=1'] } }, { A: '2', C: '', D: undefined, E: 'a=b c' }],
]) {
  const before = config.process.env;
  await collect(spawnSandboxFromConfig(config, options, undefined, env), '');
  show(name, config);
  show(`${name}: the list is the same`, before === config.process.env);
  show(`${name}: argv`, executor.seen());
}
const bare = { version };
await attempt('no process', () => spawnSandboxFromConfig(bare, options, undefined, { A: '1' }));
show('no process: config', bare);
await collectPty(spawnSandbox('x', { version }, { ...options, usePty: true }, undefined, 'name', { A: '1', B: undefined }));
show('spawnSandbox', executor.seen());
