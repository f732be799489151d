// SPDX-License-Identifier: MIT
// Lifecycle calls that are given up.
import { existsSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import * as sdk from '@microsoft/mxc-sdk';
import { attempt, collectPty, fake, here, show } from './helper.mjs';

const waits = fake(`touch ${here}/started; exec sleep 30`);
const config = { process: { commandLine: 'x' } };
const started = async () => {
  while (!existsSync(`${here}/started`)) await after(5);
};
const reason = new Error('given up');
const gone = { executablePath: waits.path, signal: AbortSignal.abort(reason) };
await attempt('provision, before', () => sdk.provisionSandbox('isolation_session', {}, gone));
await attempt('exec, before', () => sdk.execInSandboxAsync('iso:abc', config, gone));
show('nothing started', waits.args());
const control = new AbortController();
const running = sdk.startSandbox('iso:abc', {}, { executablePath: waits.path, signal: control.signal });
await started();
control.abort(reason);
await attempt('start, while it runs', () => running);
const second = new AbortController();
const exec = sdk.execInSandboxAsync('iso:abc', config, { executablePath: waits.path, signal: second.signal });
await after(200);
second.abort();
await attempt('exec, while it runs', () => exec);
const { exitCode, signal } = await collectPty(sdk.execInSandbox('iso:abc', config, gone));
show('terminal, before', [exitCode, signal]);
