// SPDX-License-Identifier: MIT
// The lifecycle on the executor itself, which has none.
import * as sdk from '@microsoft/mxc-sdk';
import { attempt } from './helper.mjs';

const options = { experimental: true, skipPlatformCheck: true };
await attempt('provision', () => sdk.provisionSandbox('isolation_session', {}, options));
await attempt('provision without experimental', () => sdk.provisionSandbox('isolation_session'));
await attempt('start', () => sdk.startSandbox('iso:abc', {}, options));
await attempt('exec', () => sdk.execInSandboxAsync('iso:abc', { process: { commandLine: 'true' } }, options));
