// SPDX-License-Identifier: MIT
// The published SDK 0.7.0 on our executor: what its users do, and what they get.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

const sdk = await import(pathToFileURL(process.env.MXC_SDK).href);
const skip = { skipPlatformCheck: true };
const pipes = { ...skip, usePty: false };

function folder(t) {
  const made = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mxc-sdk-')));
  fs.chmodSync(made, 0o755);
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

function config(script, policy = {}, containment = 'process') {
  const made = sdk.createConfigFromPolicy({ version: '0.7.0-alpha', ...policy }, containment);
  made.process.commandLine = script;
  return made;
}

// Everything that a child of spawnSandboxFromConfig says until it is over.
function collect(child) {
  return new Promise((resolve, reject) => {
    const result = { stdout: '', stderr: '' };
    child.on('error', reject);
    child.stdout.on('data', (part) => (result.stdout += part));
    child.stderr.on('data', (part) => (result.stderr += part));
    child.on('close', (exitCode, signal) => resolve({ ...result, exitCode, signal }));
  });
}

const run = (made, options = {}, ...more) =>
  collect(sdk.spawnSandboxFromConfig(made, { ...pipes, ...options }, ...more));

function collectPty(pty) {
  return new Promise((resolve) => {
    let output = '';
    pty.onData((part) => (output += part));
    pty.onExit(({ exitCode, signal }) => resolve({ output, exitCode, signal }));
  });
}

test('the executor is ours', async () => {
  const { stdout } = await run(config('cat /proc/1/comm; cat /proc/net/dev | wc -l'));
  assert.deepEqual(stdout.split('\n'), ['bwrap', '3', '']);
});

for (const version of ['0.4.0-alpha', '0.5.0-alpha', '0.6.0-alpha', '0.7.0-alpha', '0.8.0-alpha'])
  test(`policy version ${version}`, async () => {
    const made = config('echo hello', { version });
    assert.deepEqual(await run(made), { stdout: 'hello\n', stderr: '', exitCode: 0, signal: null });
  });

test('streams are apart, exit codes pass', async () => {
  for (const [script, exitCode] of [['exit 0', 0], ['exit 7', 7], ['exit 255', 255], ['exit 300', 44],
    ['kill -9 $$', 137], ['no-such-command 2>/dev/null', 127]])
    assert.deepEqual(await run(config(script)), { stdout: '', stderr: '', exitCode, signal: null });
  assert.deepEqual(await run(config('echo out; echo err >&2; exit 3')),
    { stdout: 'out\n', stderr: 'err\n', exitCode: 3, signal: null });
});

test('standard input is a pipe to the program', async () => {
  const child = sdk.spawnSandboxFromConfig(config('tr a-z A-Z'), pipes);
  const ended = collect(child);
  child.stdin.end('hello\n');
  assert.equal((await ended).stdout, 'HELLO\n');
});

test('a terminal', async () => {
  const pty = sdk.spawnSandboxFromConfig(config('test -t 0 && test -t 1 && stty size; exit 4'), skip);
  const { output, exitCode } = await collectPty(pty);
  assert.deepEqual([output, exitCode], ['80 120\r\n', 4]);
});

test('a terminal that types and resizes', async () => {
  const script =
    'echo ready; until [ "$(stty size)" = "40 100" ]; do :; done; echo resized; read line; echo "got $line"';
  const pty = sdk.spawnSandbox(script, { version: '0.7.0-alpha' }, skip);
  const ended = collectPty(pty);
  const shown = (text) =>
    new Promise((resolve) => pty.onData((part) => part.includes(text) && resolve()));
  await shown('ready');
  pty.resize(100, 40);
  await shown('resized');
  pty.write('typed\r');
  const { output, exitCode } = await ended;
  assert.match(output, /got typed\r\n$/);
  assert.equal(exitCode, 0);
});

test('spawnSandboxAsync gives output and code', async () => {
  const result = await sdk.spawnSandboxAsync('echo hello; exit 5', { version: '0.7.0-alpha' }, skip);
  assert.deepEqual(result, { stdout: 'hello\r\n', stderr: '', exitCode: 5 });
});

test('spawnSandboxAsync tells a timeout by code and message', async () => {
  const policy = { version: '0.7.0-alpha', timeoutMs: 600 };
  await assert.rejects(sdk.spawnSandboxAsync('printf unfinished; sleep 20', policy, skip), (error) => {
    assert.ok(error instanceof sdk.MxcError);
    assert.equal(error.code, 'backend_error');
    assert.equal(error.message, 'script timed out after 600ms');
    return true;
  });
});

test('spawnSandboxAsync tells a refused policy', async () => {
  const policy = { version: '0.7.0-alpha', filesystem: { readonlyPaths: ['/nonexistent'] } };
  await assert.rejects(sdk.spawnSandboxAsync('true', policy, skip), (error) => {
    assert.ok(error instanceof sdk.MxcError);
    assert.match(error.message, /\/nonexistent.*\/filesystem\/readonlyPaths\/0/);
    return true;
  });
});

test('filesystem of a policy', async (t) => {
  const here = folder(t);
  for (const name of ['ro', 'rw', 'rw/secret', 'other']) fs.mkdirSync(path.join(here, name));
  for (const name of ['ro', 'rw/secret', 'other']) fs.writeFileSync(path.join(here, name, 'file'), name);
  const made = config(
    `cd ${here}; cat ro/file; echo; echo x 2>&- >ro/new || echo read-only; echo x >rw/new; ` +
      'cat rw/secret/file 2>&- || echo hidden; cat other/file 2>&- || echo absent',
    {
      filesystem: {
        readonlyPaths: [path.join(here, 'ro')],
        readwritePaths: [path.join(here, 'rw')],
        deniedPaths: [path.join(here, 'rw/secret')],
      },
    },
  );
  const { stdout, exitCode } = await run(made);
  assert.deepEqual([stdout, exitCode], ['ro\nread-only\nhidden\nabsent\n', 0]);
  assert.equal(fs.readFileSync(path.join(here, 'rw/new'), 'utf8'), 'x\n');
  assert.deepEqual(fs.readdirSync(path.join(here, 'ro')), ['file']);
});

test('discovered policies can be used', async () => {
  const tools = sdk.getAvailableToolsPolicy(process.env);
  const { stdout, exitCode } = await run(config('echo fine', { filesystem: tools }));
  assert.deepEqual([stdout, exitCode], ['fine\n', 0]);
});

test('environment of the call, and nothing of the host', async () => {
  process.env.MXC_TEST_LEAK = 'leaked';
  const made = config('/usr/bin/env');
  const { stdout } = await run(made, {}, undefined, { A: 'b c', B: undefined, C: '' });
  const lines = stdout.trim().split('\n').filter((line) => !/^(OLD)?PWD=/.test(line));
  assert.deepEqual(lines.sort(), ['A=b c', 'C=']);
});

test('working directory', async (t) => {
  const here = folder(t);
  const policy = { version: '0.7.0-alpha', filesystem: { readwritePaths: [here] } };
  const { stdout } = await sdk.spawnSandboxAsync('pwd', policy, skip, here);
  assert.equal(stdout, `${here}\r\n`);
});

test('timeout ends everything', async () => {
  const begun = Date.now();
  const { exitCode, stderr } = await run(config('sleep 30 & sleep 30', { timeoutMs: 500 }));
  assert.equal(exitCode, 255);
  assert.ok(Date.now() - begun < 10000);
  assert.deepEqual(JSON.parse(stderr), {
    error: { code: 'backend_error', message: 'script timed out after 500ms' },
  });
});

test('kill() takes the program along', async () => {
  for (const [signal, exitCode] of [['SIGTERM', 143], ['SIGINT', 130], ['SIGHUP', 129]]) {
    const child = sdk.spawnSandboxFromConfig(config('echo ready; sleep 30; echo never'), pipes);
    const ended = collect(child);
    child.stdout.once('data', () => child.kill(signal));
    assert.deepEqual(await ended, { stdout: 'ready\n', stderr: '', exitCode, signal: null });
  }
});

test('SIGKILL leaves nothing that holds the streams', async () => {
  const child = sdk.spawnSandboxFromConfig(config('echo ready; sleep 30; echo never'), pipes);
  const ended = collect(child);
  child.stdout.once('data', () => child.kill('SIGKILL'));
  assert.deepEqual(await ended, { stdout: 'ready\n', stderr: '', exitCode: null, signal: 'SIGKILL' });
});

test('dry run', async (t) => {
  const here = folder(t);
  const made = config(`touch ${here}/made`, { filesystem: { readwritePaths: [here] } });
  const { stdout, exitCode } = await run(made, { dryRun: true });
  assert.equal(exitCode, 0);
  assert.match(stdout, /Dry run completed\. Result: validation passed\n$/);
  assert.deepEqual(fs.readdirSync(here), []);
});

test('dry run of what would be refused', async () => {
  const made = config('true', { filesystem: { readonlyPaths: ['/nonexistent'] } });
  const { stdout, exitCode } = await run(made, { dryRun: true });
  assert.equal(exitCode, 255);
  assert.match(stdout, /Dry run completed\. Result: validation failed: .*\/nonexistent/);
});

test('debug and log folder', async (t) => {
  const here = folder(t);
  const { stdout, exitCode } = await run(config('echo hello; exit 2'), { debug: true, logDir: here });
  assert.equal(exitCode, 2);
  assert.match(stdout, /^Script code length: 18\n/);
  assert.match(stdout, /\nhello\nRunner completed in \d+ms\nExit code: 2 \(0x00000002\)\n$/);
  const [log] = fs.readdirSync(here);
  const text = fs.readFileSync(path.join(here, log), 'utf8');
  assert.match(log, /^mxc-diag-/);
  assert.match(text, /INFO mxc\.spawn\.start/);
  assert.match(text, /^\[\d+\] Exit code: 2 \(0x00000002\)$/m);
});

test('what cannot be enforced is refused', async () => {
  const network = { allowOutbound: true, proxy: { builtinTestServer: true } };
  const { stdout, stderr, exitCode } = await run(config('echo never', { network }));
  assert.deepEqual([stdout, exitCode], ['', 255]);
  assert.match(stderr, /\/network\/proxy/);
});

const noNetwork = process.env.MXC_NET ? false : 'mxc-net was not built';
test('a network is there when the policy opens it', { skip: noNetwork }, async () => {
  const devices = async (network) => (await run(config('tail -n +3 /proc/net/dev | wc -l', { network }))).stdout;
  assert.equal(await devices({ allowOutbound: false }), '1\n');
  for (const network of [{ allowOutbound: true }, { allowOutbound: true, allowedHosts: ['10.0.0.1'] }])
    assert.equal(await devices(network), '2\n');
});

test('other backends are named as missing', async () => {
  for (const containment of ['lxc', 'bubblewrap']) {
    const { stderr, exitCode } = await run(config('true', {}, containment));
    assert.equal(exitCode, 255);
    assert.match(stderr, new RegExp(`no ${containment} backend`));
  }
});

test('the lifecycle says that it is not supported', async () => {
  await assert.rejects(
    sdk.provisionSandbox('isolation_session', {}, { ...skip, experimental: true }),
    (error) => error instanceof sdk.MxcError && error.code === 'unsupported_phase',
  );
});

test('with the platform check, where bwrap is installed', async (t) => {
  if (!sdk.getPlatformSupport().isSupported) {
    t.skip(sdk.getPlatformSupport().reason);
    return;
  }
  const { stdout } = await collect(sdk.spawnSandboxFromConfig(config('echo checked'), { usePty: false }));
  assert.equal(stdout, 'checked\n');
});
