// SPDX-License-Identifier: MIT
// spawnSandboxAsync: everything that was printed, and the status.
import { realpathSync } from 'node:fs';
import { spawnSandboxAsync } from '@microsoft/mxc-sdk';
import { attempt, fake, folder, version } from './helper.mjs';

const work = realpathSync(folder('work'));
const call = (script, policy = {}, options = {}, ...more) =>
  spawnSandboxAsync(script, { version, ...policy }, { skipPlatformCheck: true, ...options }, ...more);
await attempt('hello', () => call('echo hello; echo err >&2'));
await attempt('status', () => call('echo hello; exit 5'));
await attempt('signal', () => call('kill -9 $$'));
await attempt('silent', () => call('true'));
await attempt('folder', () => call('pwd', { filesystem: { readwritePaths: [work] } }, {}, work));
await attempt('timeout', () => call('printf unfinished; sleep 20', { timeoutMs: 600 }));
await attempt('refused', () => call('true', { filesystem: { readonlyPaths: ['/nonexistent'] } }));
await attempt('network', () => call('true', { network: { allowOutbound: true, proxy: { builtinTestServer: true } } }));
await attempt('usePty false', () => call('echo out; echo err >&2; exit 2', {}, { usePty: false }));
await attempt('the executor killed', () => call('x', {}, { executablePath: fake('echo part; kill -9 $$').path }));
