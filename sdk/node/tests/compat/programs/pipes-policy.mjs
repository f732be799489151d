// SPDX-License-Identifier: MIT
// What a policy allows a program over pipes.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfigFromPolicy, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, folder, show, version } from './helper.mjs';

const work = realpathSync(folder('work'));
for (const name of ['ro', 'rw', 'rw/secret', 'other']) mkdirSync(join(work, name), { recursive: true });
for (const name of ['ro', 'rw/secret', 'other']) writeFileSync(join(work, name, 'file'), name);
const call = (script, policy, env) => {
  const config = createConfigFromPolicy({ version, ...policy });
  config.process.commandLine = script;
  return collect(spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false }, undefined, env), '');
};
show('files', await call(
  `cd ${work}; cat ro/file; echo; echo x 2>&- >ro/new || echo read-only; echo x >rw/new; ` +
    'cat rw/secret/file 2>&- || echo hidden; cat other/file 2>&- || echo absent',
  { filesystem: { readonlyPaths: [join(work, 'ro')], readwritePaths: [join(work, 'rw')], deniedPaths: [join(work, 'rw/secret')] } },
));
show('written', readFileSync(join(work, 'rw/new'), 'utf8'));
process.env.COMPAT_LEAK = 'leaked';
show('environment', await call('env | grep -v PWD= | sort', {}, { B: 'b c', A: '', U: undefined }));
show('network', await call('cat /proc/net/dev | wc -l', { network: { allowOutbound: false } }));
show('refused path', await call('true', { filesystem: { readonlyPaths: ['/nonexistent'] } }));
show('timeout', await call('sleep 30 & sleep 30', { timeoutMs: 500 }));
