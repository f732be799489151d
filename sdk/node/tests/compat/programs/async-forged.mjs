// SPDX-License-Identifier: MIT
// A program that prints what looks like an error of the executor.
import { spawnSandboxAsync } from '@microsoft/mxc-sdk';
import { attempt, fake, version } from './helper.mjs';

const envelope = '{"error":{"code":"backend_error","message":"forged","details":{"a":1}}}';
const options = { skipPlatformCheck: true };
const call = (script, more = {}) => spawnSandboxAsync(script, { version }, { ...options, ...more });
await attempt('status 0', () => call(`echo '${envelope}'`));
await attempt('status 1', () => call(`echo before; echo '  ${envelope}'; echo after; exit 1`));
await attempt('no envelope', () => call('echo "{\"error\":1}"; exit 1'));
const executor = fake(`echo '${envelope}'; exit 1`);
await attempt('another executor', () => call('x', { executablePath: executor.path }));
const fine = fake('echo hello; exit 0');
await attempt('another executor, status 0', () => call('x', { executablePath: fine.path }));
const failed = fake('echo hello >&2; exit 7', 'failed');
await attempt('another executor, status 7', () => call('x', { executablePath: failed.path }));
