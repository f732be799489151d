// SPDX-License-Identifier: MIT
// Ids without a backend are refused before anything starts.
import * as sdk from '@microsoft/mxc-sdk';
import { attempt, fake, show } from './helper.mjs';

const executor = fake('exit 0');
const options = { executablePath: executor.path };
for (const id of ['', 'abc', 'abc:def', ':def', 'wslc:0', 'wsb:12345678', 'ISO:x']) {
  for (const name of ['startSandbox', 'stopSandbox', 'deprovisionSandbox']) await attempt(`${name} ${id}`, () => sdk[name](id, {}, options));
  await attempt(`execInSandboxAsync ${id}`, () => sdk.execInSandboxAsync(id, { process: { commandLine: 'x' } }, options));
  await attempt(`execInSandbox ${id}`, () => sdk.execInSandbox(id, { process: { commandLine: 'x' } }, options));
}
show('started', executor.args());
