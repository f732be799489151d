// SPDX-License-Identifier: MIT
// The folder in which the executor starts, and the one in the policy.
import { realpathSync } from 'node:fs';
import { spawnSandbox, spawnSandboxAsync, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, collectPty, fake, folder, show, version } from './helper.mjs';

const executor = fake('exit 0');
const options = { executablePath: executor.path, skipPlatformCheck: true };
const work = realpathSync(folder('work'));
const config = () => ({ version, process: { commandLine: 'x', cwd: '/inside' } });

await collect(spawnSandboxFromConfig(config(), { ...options, usePty: false }, work), '');
show('pipes', [executor.cwd() === work, executor.seen()]);
await collect(spawnSandboxFromConfig(config(), { ...options, usePty: false }), '');
show('pipes, none given', executor.cwd() === process.cwd());
await collectPty(spawnSandboxFromConfig(config(), { ...options, ptyOptions: { cwd: '/' } }, work));
show('terminal', executor.cwd() === work);
await collectPty(spawnSandboxFromConfig(config(), { ...options, ptyOptions: { cwd: work } }));
show('terminal, ptyOptions alone', executor.cwd() === process.cwd());
await collectPty(spawnSandbox('x', { version }, options, work, 'name'));
show('spawnSandbox', [executor.cwd() === work, executor.seen()]);
await spawnSandboxAsync('x', { version }, options, work, 'name');
show('spawnSandboxAsync', [executor.cwd() === work, executor.seen()]);
await attempt('no such folder', async () =>
  (await collect(spawnSandboxFromConfig(config(), { ...options, usePty: false }, `${work}/none`), '').catch((e) => e.code)),
);
