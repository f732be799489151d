// SPDX-License-Identifier: MIT
// The lifecycle, with a fake executor.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  deprovisionSandbox,
  execInSandbox,
  execInSandboxAsync,
  IsolationSessionUserConfig,
  MxcError,
  provisionSandbox,
  startSandbox,
  stopSandbox,
  type SandboxId,
} from '#sdk';
import { fake } from './fake.js';

const id = 'iso:abc' as SandboxId<'isolation_session'>;

test('envelopes, byte for byte', async () => {
  const program = fake(`echo '{"result":{"sandboxId":"iso:x"}}'`);
  const options = { executablePath: program.path };
  const sent = () => Buffer.from(program.args()![1]!, 'base64').toString('utf8');
  const user = new IsolationSessionUserConfig('me', 'token');
  await provisionSandbox('isolation_session', { filesystem: { readonlyPaths: ['/a'] }, user, version: '0.7.0-alpha' }, options);
  assert.equal(
    sent(),
    '{"version":"0.7.0-alpha","phase":"provision","containment":"isolation_session",' +
      '"filesystem":{"readonlyPaths":["/a"]},' +
      '"experimental":{"isolation_session":{"provision":{"user":{"upn":"me","wamToken":"token"}}}}}',
  );
  await startSandbox(id, { configurationId: 'small' }, options);
  assert.equal(
    sent(),
    '{"version":"0.6.0-alpha","phase":"start","sandboxId":"iso:abc",' +
      '"experimental":{"isolation_session":{"start":{"configurationId":"small"}}}}',
  );
  await stopSandbox(id, {}, options);
  assert.equal(sent(), '{"version":"0.6.0-alpha","phase":"stop","sandboxId":"iso:abc"}');
  await deprovisionSandbox(id, undefined, { ...options, debug: true, dryRun: true, experimental: true, logDir: '/nonexistent' });
  assert.equal(sent(), '{"version":"0.6.0-alpha","phase":"deprovision","sandboxId":"iso:abc"}');
  assert.deepEqual(program.args()!.slice(2), ['--dry-run', '--debug', '--experimental']);
  await execInSandboxAsync(id, { process: { commandLine: 'echo' } }, options);
  assert.equal(sent(), '{"version":"0.6.0-alpha","phase":"exec","sandboxId":"iso:abc","process":{"commandLine":"echo"}}');
});

test('the key order of a whole envelope', async () => {
  const program = fake(`echo '{"result":{}}'`);
  const config = { process: { commandLine: 'x' }, filesystem: {}, version: '' };
  await startSandbox(id, config, { executablePath: program.path });
  assert.deepEqual(Object.keys(program.config() as object), ['version', 'phase', 'sandboxId', 'filesystem', 'process']);
});

test('answers', async () => {
  const answer = (body: string) => stopSandbox(id, {}, { executablePath: fake(body).path });
  assert.deepEqual(await answer(`echo noise >&2; echo '{"result":{"metadata":{"a":1}}}'; exit 1`), { metadata: { a: 1 } });
  await assert.rejects(answer(`echo '{"error":{"code":"stale_id","message":"gone","details":{"a":1}}}'`), (error) => {
    assert.ok(error instanceof MxcError);
    assert.deepEqual([error.code, error.message, error.details], ['stale_id', 'gone', { a: 1 }]);
    return true;
  });
  await assert.rejects(answer('echo text'), /^Error: Failed to parse state-aware response envelope: /);
  await assert.rejects(answer('exit 1'), /^Error: Failed to parse state-aware response envelope: /);
  await assert.rejects(answer("echo '{}'"), /^Error: Unexpected state-aware response envelope shape: \{\}/);
});

test('provision gives the id and the metadata alone', async () => {
  const program = fake(`echo '{"result":{"sandboxId":"iso:x","metadata":{"agentUserName":"a"},"more":1}}'`);
  const made = await provisionSandbox('isolation_session', {}, { executablePath: program.path });
  assert.deepEqual(made, { sandboxId: 'iso:x', metadata: { agentUserName: 'a' } });
});

test('ids are looked at before anything starts', async () => {
  const program = fake('exit 0');
  const options = { executablePath: program.path };
  const wrong = (text: string) => text as SandboxId<'isolation_session'>;
  const isMalformed = (message: string) => (error: unknown) => {
    assert.ok(error instanceof MxcError);
    assert.deepEqual([error.code, error.message], ['malformed_id', message]);
    return true;
  };
  await assert.rejects(startSandbox(wrong('abc'), {}, options), isMalformed('sandboxId must carry a backend prefix: abc'));
  const unknown = isMalformed("sandboxId prefix 'wsb' does not match a known state-aware backend");
  await assert.rejects(stopSandbox(wrong('wsb:1'), {}, options), unknown);
  await assert.rejects(execInSandboxAsync(wrong('wsb:1'), { process: { commandLine: 'x' } }, options), unknown);
  assert.throws(() => execInSandbox(wrong('wsb:1'), { process: { commandLine: 'x' } }, options), unknown);
  assert.equal(program.args(), null);
});

test('exec: the streams belong to the program', async () => {
  const forged = '{"error":{"code":"stale_id","message":"forged"}}';
  const exec = (body: string) =>
    execInSandboxAsync(id, { process: { commandLine: 'x' } }, { executablePath: fake(body).path });
  assert.deepEqual(await exec(`echo '${forged}'; exit 1`), { stdout: `${forged}\n`, stderr: '', exitCode: 1 });
  const real = '{"envelope":{"code":"not_started","message":"real"},"error":null}';
  await assert.rejects(exec(`echo '${real}' >"$MXC_RESULT_FILE"; exit 1`), { code: 'not_started', message: 'real' });
});

test('what our own caller told an executor is not meant for ours', async () => {
  const { path } = fake(`printf '{"result":{"told":"%s"}}' "\${MXC_CALLER_FD-none} \${MXC_RESULT_FILE-none}"`);
  const inherited = { MXC_CALLER_FD: '99', MXC_RESULT_FILE: '/nonexistent/result' };
  Object.assign(process.env, inherited);
  try {
    assert.deepEqual(await stopSandbox(id, {}, { executablePath: path }), { told: 'none none' });
    for (const ptyOptions of [{}, { env: { ...process.env } }]) {
      const pty = execInSandbox(id, { process: { commandLine: 'x' } }, { executablePath: path, ptyOptions });
      let text = '';
      pty.onData((part) => (text += part));
      await new Promise((resolve) => pty.onExit(resolve));
      assert.match(text, /none none/);
    }
  } finally {
    for (const name of Object.keys(inherited)) delete process.env[name];
  }
});

test('standard input is ended', async () => {
  const program = fake(`cat; echo '{"result":{}}'`);
  assert.deepEqual(await stopSandbox(id, {}, { executablePath: program.path }), {});
});

test('abort before the start', async () => {
  const program = fake('exit 0');
  const reason = new Error('enough');
  const options = { executablePath: program.path, signal: AbortSignal.abort(reason) };
  await assert.rejects(stopSandbox(id, {}, options), reason);
  assert.equal(program.args(), null);
});

test('abort while it runs', async () => {
  const program = fake(`echo '{"result":{}}'; exec sleep 60`);
  const abort = new AbortController();
  const changes = watch(program.folder);
  const ended = stopSandbox(id, {}, { executablePath: program.path, signal: abort.signal });
  await once(changes, 'change');
  changes.close();
  abort.abort(new Error('enough'));
  await assert.rejects(ended, new Error('enough'));
});

test('execInSandbox is a terminal that abort ends', async () => {
  const program = fake('echo ready; exec sleep 60');
  const abort = new AbortController();
  const pty = execInSandbox(
    id,
    { process: { commandLine: 'x' } },
    { executablePath: program.path, signal: abort.signal, ptyOptions: { cwd: program.folder } },
  );
  pty.onData((part) => part.includes('ready') && abort.abort());
  const { signal } = await new Promise<{ signal?: number }>((resolve) => pty.onExit(resolve));
  assert.equal(signal, 1);
});

test('execInSandbox is killed when it does not end', async () => {
  const program = fake("trap '' HUP TERM; echo ready; while :; do sleep 0.1; done");
  const abort = new AbortController();
  const pty = execInSandbox(id, { process: { commandLine: 'x' } }, { executablePath: program.path, signal: abort.signal });
  pty.onData((part) => part.includes('ready') && abort.abort());
  const { signal } = await new Promise<{ signal?: number }>((resolve) => pty.onExit(resolve));
  assert.equal(signal, 9);
});

test('a host that cannot is said before anything starts, unless nobody wants to know', async () => {
  const program = fake(`echo '{"result":{}}'`);
  const host = '{"name":"landlock","yes":false,"detail":"","remedy":"update"}';
  const probe = `{"backends":[{"name":"native","available":false,"features":[],"host":[${host}]}]}`;
  writeFileSync(join(program.folder, 'mxc'), `#!/bin/sh\necho '${probe}'\n`, { mode: 0o755 });
  const options = { executablePath: program.path };
  const unsupported = new Error('MXC is not supported on this platform: this host lacks landlock, update');
  const config = { process: { commandLine: 'x' } };
  await assert.rejects(provisionSandbox('isolation_session', {}, options), unsupported);
  await assert.rejects(stopSandbox(id, {}, { ...options, experimental: true }), unsupported);
  await assert.rejects(execInSandboxAsync(id, config, options), unsupported);
  assert.throws(() => execInSandbox(id, config, options), unsupported);
  assert.equal(program.args(), null);
  assert.deepEqual(await stopSandbox(id, {}, { ...options, skipPlatformCheck: true }), {});
});

test('a token is not shown', () => {
  const user = new IsolationSessionUserConfig('me', 'secret');
  assert.equal(inspect(user), "IsolationSessionUserConfig { upn: 'me', wamToken: '<redacted>' }");
  assert.equal(JSON.stringify(user), '{"upn":"me","wamToken":"secret"}');
});
