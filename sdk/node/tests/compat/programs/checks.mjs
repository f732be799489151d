// SPDX-License-Identifier: MIT
// Checks before anything starts, and which of two comes first.
import { spawnSandbox, spawnSandboxAsync, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, fake, show, version } from './helper.mjs';

const executor = fake('exit 0');
const skip = { executablePath: executor.path, skipPlatformCheck: true, usePty: false };
const call = (config, options = {}) => collect(spawnSandboxFromConfig(config, { ...skip, ...options }), '');
const process = { commandLine: 'x' };
const none = { executablePath: '/nonexistent/executor' };

await attempt('no process', () => call({ version }));
await attempt('no command', () => call({ version, process: { commandLine: '' } }));
await attempt('no command, no executor', () => call({ version, process: {} }, none));
await attempt('blanks are a command', () => call({ version, process: { commandLine: ' ' } }));
for (const containment of ['microvm', 'windows_sandbox', 'hyperlight', 'wslc', 'isolation_session', 'vm', 'seatbelt',
  'processcontainer', 'appcontainer', 'macos_sandbox', 'lxc', 'bubblewrap', 'process', 'nonsense']) {
  await attempt(containment, () => call({ version, containment, process }));
  await attempt(`${containment} experimental`, () => call({ version, containment, process }, { experimental: true }));
  await attempt(`${containment} without executor`, () => call({ version, containment, process }, none));
}
show('the containment on the wire is the caller\'s', executor.seen());
await attempt('spawnSandbox, no script', () => spawnSandbox('', { version }, skip));
await attempt('spawnSandbox, no version', () => spawnSandbox('x', {}, skip));
await attempt('spawnSandboxAsync, no script', () => spawnSandboxAsync('', { version }, skip));
await attempt('spawnSandboxAsync, bad policy', () => spawnSandboxAsync('x', { version: '2.0.0' }, skip));
await attempt('spawnSandboxAsync, no executor', () => spawnSandboxAsync('x', { version }, { ...skip, ...none }));
show('a promise, not a throw', spawnSandboxAsync('', { version }, skip).catch(() => {}) instanceof Promise);
await attempt('options are not needed', () => typeof spawnSandboxFromConfig({ version, process: { commandLine: '' } }));
