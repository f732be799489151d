// SPDX-License-Identifier: MIT
// The SDK on the real executor. Without MXC_BUILD each test is skipped and says so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import {
  checkPolicy,
  createConfigFromPolicy,
  explainPolicy,
  getPlatformSupport,
  MxcError,
  probe,
  provisionSandbox,
  run,
  spawnSandbox,
  spawnSandboxAsync,
  spawnSandboxFromConfig,
  start,
} from '#sdk';
import { collect } from '../src/collect.js';
import { folder } from './fake.js';

const support = process.env.MXC_BUILD ? getPlatformSupport() : null;
const skip = !support ? 'MXC_BUILD is not set' : support.isSupported ? false : (support.reason ?? '');
const real = (name: string, body: () => Promise<void>) => test(name, { skip }, () => body());

const policy = { version: '0.7.0-alpha' };
const forged = '{"error":{"code":"backend_error","message":"forged"}}';
const forgery = `for fd in 1 2 3 4 5; do echo '${forged}' 2>/dev/null >&$fd; done; exit 1`;

real('the host', async () => {
  assert.equal(support?.isSupported, true);
  assert.equal(support?.reason, '');
  assert.deepEqual(support?.availableMethods[0], 'native');
  assert.equal(Object.values(support?.uiCapabilities ?? {}).filter(Boolean).length, 10);
  const { backends } = await probe();
  assert.ok(backends[0]?.features.some(({ pointer, host }) => pointer === '/filesystem/deniedPaths' && host));
});

real('run: streams, status, what was enforced', async () => {
  const done = await run({ command: 'read x; echo "out $x"; echo err >&2; exit 3' }, { input: 'in\n' });
  assert.deepEqual([done.stdout, done.stderr, done.exitCode, done.reason], ['out in\n', 'err\n', 3, 'exit']);
  assert.match(done.enforcement.network ?? '', /loopback/);
  assert.ok(done.durationMs! > 0);
  assert.equal(done.backend, 'native');
});

real('run: a list is no shell text', async () => {
  const words = ['printf', '%s\n', '$HOME', "it's", 'a  b', '', '-n', '`id`', '日本'];
  assert.equal((await run({ command: words })).stdout, words.slice(2).map((word) => `${word}\n`).join(''));
});

real('run: killed, timed out, out of memory', async () => {
  const killed = await run({ command: 'kill -9 $$' });
  assert.deepEqual([killed.reason, killed.signal, killed.exitCode], ['signal', 'SIGKILL', null]);
  const late = await run({ command: 'echo begun; sleep 60 & sleep 60', timeoutMs: 300 });
  assert.deepEqual([late.reason, late.timedOut, late.stdout], ['timeout', true, 'begun\n']);
  const written = await run({ command: 'yes', limits: { outputMb: 1 } }, {});
  assert.deepEqual([written.reason, written.stdout.length], ['output', 1 << 20]);
});

real('run: a policy that is refused names the key', async () => {
  await assert.rejects(run({ command: 'true', filesystem: { readonlyPaths: ['/nonexistent'] } }), (error) => {
    assert.ok(error instanceof MxcError);
    assert.equal(error.code, 'policy_validation');
    assert.equal(error.details?.where, '/filesystem/readonlyPaths/0');
    return true;
  });
  await assert.rejects(run({ version: '0.7.0-alpha', process: { commandLine: 'x' }, bogus: 1 } as never), {
    code: 'malformed_request',
  });
});

real('run: the grants of a policy', async () => {
  const here = folder();
  for (const name of ['ro', 'rw', 'rw/secret']) mkdirSync(join(here, name));
  writeFileSync(join(here, 'rw/secret/file'), 'secret');
  const done = await run({
    command: 'touch ro/new 2>/dev/null || echo read-only; touch rw/new; cat rw/secret/file 2>/dev/null || echo hidden',
    workingDirectory: here,
    filesystem: { readonlyPaths: [join(here, 'ro')], readwritePaths: [join(here, 'rw')], deniedPaths: [join(here, 'rw/secret')] },
  });
  assert.deepEqual([done.stdout, done.exitCode], ['read-only\nhidden\n', 0]);
  assert.ok(existsSync(join(here, 'rw/new')));
});

real('run: nothing of the environment is inherited', async () => {
  process.env.MXC_TEST_LEAK = 'leaked';
  const { stdout } = await run({ command: ['/usr/bin/env'], environment: { A: 'b c' } });
  assert.deepEqual(stdout.split('\n').filter((line) => line && !/^(OLD)?PWD=/.test(line)), ['A=b c']);
});

real('run: the program reaches neither the result nor the policy', async () => {
  const done = await run({ command: `${forgery.replace('; exit 1', '')}; ls /proc/self/fd | wc -l; exit 1`, timeoutMs: 9000 });
  assert.deepEqual([done.reason, done.exitCode], ['exit', 1]);
  assert.ok(done.stdout.startsWith(forged));
  assert.equal(done.stdout.trim().split('\n').at(-1), '4'); // 0, 1, 2 and the folder that ls reads
});

real('run: a policy that argv could not hold', async () => {
  const value = 'x'.repeat(100_000);
  const environment = { A: value, B: value, PATH: '/usr/bin:/bin' };
  assert.equal((await run({ command: 'echo ${#A} ${#B}', environment })).stdout, '100000 100000\n');
});

real('run: a policy that no socket holds at once, and one that is refused late', async () => {
  const here = folder();
  const readonlyPaths = Array.from({ length: 40_000 }, () => `${here}/./`);
  await assert.rejects(run({ command: 'true', filesystem: { readonlyPaths: [...readonlyPaths, '/nonexistent'] } }), (error) => {
    assert.ok(error instanceof MxcError);
    assert.match(String(error.details?.where), /^\/filesystem\/readonlyPaths/);
    return true;
  });
});

real('run: standard input', async () => {
  const script = 'cat /dev/stdin; cat; test -t 0 || echo none';
  for (const input of [undefined, '', 'text\n', Buffer.from('bytes\n')])
    assert.equal((await run({ command: script }, { input })).stdout, `${input?.toString() ?? ''}none\n`);
});

real('start: live streams, kill, dispose', async () => {
  let ended: Promise<unknown>;
  {
    await using sandbox = await start({ command: 'while read line; do echo "got $line"; done; sleep 60' });
    ended = sandbox.wait();
    sandbox.stdin!.write('one\n');
    const [part] = (await once(sandbox.stdout!, 'data')) as [Buffer];
    assert.equal(String(part), 'got one\n');
  }
  assert.deepEqual(await ended.then((exit) => (exit as { reason: string }).reason), 'interrupted');
  const killed = await start({ command: 'sleep 60' });
  killed.kill('SIGKILL');
  await assert.rejects(killed.wait(), { code: 'backend_error', message: 'the executor ended by SIGKILL and left no result' });
});

real('start: abort', async () => {
  const abort = new AbortController();
  const sandbox = await start({ command: 'echo ready; sleep 60' }, { signal: abort.signal });
  sandbox.stdout!.once('data', () => abort.abort(new Error('enough')));
  await assert.rejects(sandbox.wait(), new Error('enough'));
});

for (const usePty of [true, false])
  real(`spawnSandboxAsync: errors cannot be forged, ${usePty ? 'terminal' : 'pipes'}`, async () => {
    const done = await spawnSandboxAsync(`echo '${forged}'; exit 1`, policy, { usePty });
    assert.equal(done.exitCode, 1);
    assert.equal(done.stdout.trim(), forged);
    await assert.rejects(spawnSandboxAsync('sleep 60', { ...policy, timeoutMs: 500 }, { usePty }), {
      name: 'MxcError',
      code: 'backend_error',
      message: 'script timed out after 500ms',
    });
    const unknown = { ...policy, filesystem: { readonlyPaths: ['/nonexistent'] } };
    await assert.rejects(spawnSandboxAsync('true', unknown, { usePty }), (error: MxcError) => {
      assert.deepEqual([error.code, error.details?.code], ['backend_error', 'policy_validation']);
      assert.match(error.message, /\/nonexistent.*\/filesystem\/readonlyPaths\/0/);
      return true;
    });
  });

real('spawnSandboxAsync: a writable folder for temporary files does not help to forge', async () => {
  const here = folder();
  const before = process.env.TMPDIR;
  const open = { ...policy, filesystem: { readwritePaths: [here] } };
  const line = `{"version":1,"envelope":${JSON.stringify(JSON.parse(forged).error)},"error":null}`;
  const script = `for f in ${here}/* ${here}/*/* /proc/*/fd/* /proc/${process.pid}/fd/*; do echo '${line}' >"$f"; done 2>/dev/null; exit 1`;
  process.env.TMPDIR = here;
  try {
    for (const usePty of [true, false]) assert.equal((await spawnSandboxAsync(script, open, { usePty })).exitCode, 1);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

real('spawnSandboxAsync: streams', async () => {
  const script = 'echo out; echo err >&2; test -t 1 && echo terminal; exit 5';
  assert.deepEqual(await spawnSandboxAsync(script, policy), { stdout: 'out\r\nerr\r\nterminal\r\n', stderr: '', exitCode: 5 });
  assert.deepEqual(await spawnSandboxAsync(script, policy, { usePty: false }), { stdout: 'out\n', stderr: 'err\n', exitCode: 5 });
});

real('spawnSandboxFromConfig and spawnSandbox', async () => {
  const config = createConfigFromPolicy(policy);
  config.process!.commandLine = 'tr a-z A-Z';
  const child = spawnSandboxFromConfig(config, { usePty: false });
  const ended = collect(child);
  child.stdin!.end('hello\n');
  assert.deepEqual(await ended, { stdout: 'HELLO\n', stderr: '', exitCode: 0, signal: null });
  const here = folder();
  const pty = spawnSandbox('stty size; echo $A; pwd', { ...policy, filesystem: { readwritePaths: [here] } }, { logDir: here }, here, 'n', { A: 'b', PATH: '/bin:/usr/bin' });
  let output = '';
  pty.onData((part) => (output += part));
  await new Promise((resolve) => pty.onExit(resolve));
  assert.equal(output, `80 120\r\nb\r\n${here}\r\n`);
  assert.match(readFileSync(join(here, readdirSync(here)[0]!), 'utf8'), /\] Exit code: 0/);
});

real('what is asked by name and not there', async () => {
  const config = { version: '0.7.0-alpha', containment: 'lxc' as const, process: { commandLine: 'x' } };
  assert.throws(() => spawnSandboxFromConfig(config), /^Error: Containment backend 'lxc' is not available on this platform\. Available methods: native/);
});

real('the lifecycle says that it is not supported', async () => {
  await assert.rejects(provisionSandbox('isolation_session', {}, { experimental: true }), { name: 'MxcError', code: 'unsupported_phase' });
});

real('plans and findings', async () => {
  const here = folder();
  const plan = await explainPolicy({ command: 'true', filesystem: { readonlyPaths: [here] } });
  assert.ok(plan.steps.some((step) => step.startsWith(`bind ${here} -> ${here} ro`)), plan.steps.join('\n'));
  const { valid, findings } = await checkPolicy({ command: 'true', filesystem: { readwritePaths: ['/'] } });
  assert.equal(valid, true);
  assert.ok(findings.some(({ id, severity }) => id === 'wide-grant' && severity === 'error'));
  assert.equal((await checkPolicy('{')).error?.code, 'malformed_request');
});

real('without node-pty everything but the terminal works', async () => {
  const here = folder();
  cpSync(fileURLToPath(new URL('../../dist', import.meta.url)), join(here, 'dist'), { recursive: true });
  writeFileSync(join(here, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(here, 'main.js'),
    `import { run, spawnSandboxAsync } from './dist/index.js';
     const policy = { version: '0.7.0-alpha' };
     console.log((await run({ command: 'echo a' })).stdout + (await spawnSandboxAsync('echo b', policy, { usePty: false })).stdout);
     await spawnSandboxAsync('echo c', policy).catch((error) => console.log(error.message));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join(here, 'main.js')]);
  assert.match(stdout, /^a\nb\n\nA terminal needs the optional package 'node-pty', which cannot be loaded: install it .*\n$/);
});
