// SPDX-License-Identifier: MIT
// How answers of the executor are read.
import * as sdk from '@microsoft/mxc-sdk';
import { attempt, fake } from './helper.mjs';

const error = '{"error":{"code":"stale_id","message":"gone","details":{"a":1}}}';
const bodies = {
  result: "echo '{\"result\":{\"sandboxId\":\"iso:1\"}}'",
  'result with status 1': "echo '{\"result\":{\"metadata\":{\"x\":1}}}'; exit 1",
  'error with status 1': `echo '${error}'; exit 1`,
  'error with status 0': `echo '${error}'`,
  'unknown code': "echo '{\"error\":{\"code\":\"new_code\",\"message\":\"text\"}}'",
  both: "echo '{\"error\":{\"code\":\"stale_id\",\"message\":\"gone\"},\"result\":{}}'",
  nothing: 'exit 1',
  text: 'echo hello',
  'empty object': "echo '{}'",
  list: "echo '[]'",
  number: 'echo 5',
  blanks: "echo; echo '  {\"result\":{}}  '; echo",
  diagnostics: "echo noise >&2; echo '{\"result\":{}}'",
};
for (const [name, body] of Object.entries(bodies)) {
  const options = { executablePath: fake(body).path };
  await attempt(`provision ${name}`, () => sdk.provisionSandbox('isolation_session', {}, options));
  await attempt(`start ${name}`, () => sdk.startSandbox('iso:abc', {}, options));
  await attempt(`exec ${name}`, () => sdk.execInSandboxAsync('iso:abc', { process: { commandLine: 'x' } }, options));
}
await attempt('no executor', () => sdk.startSandbox('iso:abc', {}, { executablePath: '/nonexistent/executor' }));
await attempt('exec killed', () => sdk.execInSandboxAsync('iso:abc', { process: { commandLine: 'x' } }, { executablePath: fake('kill -9 $$').path }));
