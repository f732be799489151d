// SPDX-License-Identifier: MIT
// Arguments that an executor gets, for each option.
import { spawnSandbox, spawnSandboxAsync, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, collectPty, fake, folder, show, version } from './helper.mjs';

const executor = fake('exit 0');
const base = { executablePath: executor.path, skipPlatformCheck: true };
const config = { version, containerId: 'name', process: { commandLine: 'echo "ä" $HOME\n' }, extra: [1, null, { a: undefined }] };

for (const [name, options] of Object.entries({
  nothing: {},
  dryRun: { dryRun: true },
  debug: { debug: true },
  experimental: { experimental: true },
  logDir: { logDir: folder('logs') },
  all: { dryRun: true, debug: true, experimental: true, logDir: folder('logs') },
  none: { dryRun: false, debug: false, experimental: false, logDir: undefined },
  emptyLogDir: { logDir: '' },
})) {
  await collect(spawnSandboxFromConfig(config, { ...base, ...options, usePty: false }), '');
  show(`pipes ${name}`, executor.seen());
  await collectPty(spawnSandboxFromConfig(config, { ...base, ...options }));
  show(`terminal ${name}`, executor.seen());
}
await collectPty(spawnSandbox('echo', { version }, base, undefined, 'name'));
show('spawnSandbox', executor.seen());
await spawnSandboxAsync('echo', { version }, base, undefined, 'name');
show('spawnSandboxAsync', executor.seen());
