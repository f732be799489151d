// SPDX-License-Identifier: MIT
// What the lifecycle calls ask of the executor.
import * as sdk from '@microsoft/mxc-sdk';
import { attempt, collectPty, fake, folder, show } from './helper.mjs';

const answers = fake('echo \'{"result":{"sandboxId":"iso:abc","metadata":{"agentUserName":"bob"},"more":1}}\'', 'answers');
const options = { executablePath: answers.path };
const user = new sdk.IsolationSessionUserConfig('me@example.org', 'token');
const call = (name, body) => attempt(name, body).then(() => show(`${name}: argv`, answers.seen()));

await call('provision', () => sdk.provisionSandbox('isolation_session', undefined, options));
await call('provision with all', () => sdk.provisionSandbox('isolation_session',
  { version: '0.7.0-alpha', filesystem: { readwritePaths: ['/a'] }, user, other: 1, nothing: undefined }, options));
await call('provision with no version', () => sdk.provisionSandbox('isolation_session', { version: '' }, options));
await call('provision something else', () => sdk.provisionSandbox('bubblewrap', {}, options));
await call('start', () => sdk.startSandbox('iso:abc', { configurationId: 'small', user }, options));
await call('start with nothing', () => sdk.startSandbox('iso:abc', undefined, options));
await call('stop', () => sdk.stopSandbox('iso:abc', {}, options));
await call('deprovision', () => sdk.deprovisionSandbox('iso:abc', { version: '0.8.0-alpha' }, options));
await call('with options', () => sdk.stopSandbox('iso:abc', {},
  { ...options, dryRun: true, debug: true, experimental: true, logDir: folder('logs'), usePty: false }));
const echo = fake('echo out; echo err >&2; exit 3', 'echo');
await attempt('exec', () => sdk.execInSandboxAsync('iso:abc', { process: { commandLine: 'x', env: ['A=1'], timeout: 5 } }, { executablePath: echo.path }));
show('exec: argv', echo.seen());
const config = { version: '0.7.0-alpha', process: { commandLine: 'x' } };
show('exec on a terminal', await collectPty(sdk.execInSandbox('iso:abc', config, { executablePath: echo.path })));
show('exec on a terminal: argv', echo.seen());
show('the config is not changed', config);
