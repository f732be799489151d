// SPDX-License-Identifier: MIT
// The published SDK 0.7.0 on our executor: terminals with options, giving up, logs, large and strange output, errors.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

const sdk = await import(pathToFileURL(process.env.MXC_SDK).href);
const skip = { skipPlatformCheck: true };
const pipes = { ...skip, usePty: false };
const version = '0.7.0-alpha';

function folder(t) {
  const made = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mxc-sdk-')));
  fs.chmodSync(made, 0o755);
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

function overPipes(config, options = {}, ...more) {
  const child = sdk.spawnSandboxFromConfig({ version, ...config }, { ...pipes, ...options }, ...more);
  return new Promise((resolve, reject) => {
    const parts = { stdout: [], stderr: [] };
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (part) => parts[stream].push(part));
    child.on('error', reject);
    child.on('close', (exitCode, signal) =>
      resolve({ stdout: Buffer.concat(parts.stdout), stderr: String(Buffer.concat(parts.stderr)), exitCode, signal }));
  });
}

function onTerminal(pty) {
  return new Promise((resolve) => {
    let output = '';
    pty.onData((part) => (output += part));
    pty.onExit(({ exitCode, signal }) => resolve({ output, exitCode, signal }));
  });
}

const says = (pty, text) => {
  let all = '';
  return new Promise((resolve) => pty.onData((part) => (all += part).includes(text) && resolve()));
};

test('a terminal with size, environment and folder', async (t) => {
  const here = folder(t);
  const policy = { version, filesystem: { readwritePaths: [here] } };
  const options = { ...skip, ptyOptions: { cols: 33, rows: 7 } };
  const pty = sdk.spawnSandbox('stty size; pwd; echo "$A$B"', policy, options, here, 'name', { A: 'a', B: undefined });
  assert.deepEqual(await onTerminal(pty), { output: `7 33\r\n${here}\r\na\r\n`, exitCode: 0, signal: 0 });
});

test('a terminal that is given up', async () => {
  for (const [signal, exitCode] of [['SIGTERM', 143], ['SIGHUP', 129]]) {
    const pty = sdk.spawnSandbox('echo ready; sleep 30 & sleep 30; echo never', { version }, skip);
    const ended = onTerminal(pty);
    await says(pty, 'ready');
    pty.kill(signal);
    const { output, exitCode: code } = await ended;
    assert.deepEqual([output, code], ['ready\r\n', exitCode]);
  }
});

test('Ctrl-C reaches the program', async () => {
  const pty = sdk.spawnSandbox('trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done', { version }, skip);
  const ended = onTerminal(pty);
  await says(pty, 'ready');
  pty.write('\x03');
  const { output, exitCode } = await ended;
  assert.match(output, /caught\r\n$/);
  assert.equal(exitCode, 9);
});

test('large output, and bytes that are no text', async () => {
  const bytes = await overPipes({ process: { commandLine: "printf 'a\\000b\\377\\n'" } });
  assert.deepEqual([...bytes.stdout], [97, 0, 98, 255, 10]);
  const large = await overPipes({ process: { commandLine: 'head -c 5000000 /dev/zero; head -c 100000 /dev/zero | tr "\\0" x >&2' } });
  assert.deepEqual([large.stdout.length, large.stderr.length, large.exitCode], [5000000, 100000, 0]);
});

test('output comes while the program runs', async () => {
  const child = sdk.spawnSandboxFromConfig({ version, process: { commandLine: 'echo ask; read answer; echo "got $answer"' } }, pipes);
  let output = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdout.on('data', (part) => {
    output += part;
    if (output === 'ask\n') child.stdin.end('yes\n');
  });
  assert.equal(await ended, 0);
  assert.equal(output, 'ask\ngot yes\n');
});

test('environment and folder of a config', async (t) => {
  const here = folder(t);
  const config = { process: { commandLine: 'pwd; echo "$A"', cwd: here, env: ['A=1'] }, filesystem: { readonlyPaths: [here] } };
  const { stdout } = await overPipes(config, {}, '/', { A: '2' });
  assert.equal(String(stdout), `${here}\n2\n`);
  const { stderr, exitCode } = await overPipes({ process: { commandLine: 'pwd', cwd: here } });
  assert.equal(exitCode, 255);
  assert.match(stderr, /\/process\/cwd/);
});

test('dry runs, asynchronous and on a terminal', async () => {
  const done = await sdk.spawnSandboxAsync('touch /made', { version }, { ...skip, dryRun: true });
  assert.match(done.stdout, /Dry run completed\. Result: validation passed\r\n$/);
  const shown = await onTerminal(sdk.spawnSandbox('touch /made', { version }, { ...skip, dryRun: true }));
  assert.match(shown.output, /validation passed\r\n$/);
  assert.deepEqual([done.exitCode, done.stderr, shown.exitCode], [0, '', 0]);
});

test('log lines of both in one file, from a terminal too', async (t) => {
  const here = folder(t);
  const options = { ...skip, debug: true, logDir: path.join(here, 'new/logs') };
  const { exitCode } = await onTerminal(sdk.spawnSandbox('exit 4', { version }, options));
  const [name, ...others] = fs.readdirSync(options.logDir);
  const text = fs.readFileSync(path.join(options.logDir, name), 'utf8');
  assert.deepEqual([exitCode, others], [4, []]);
  assert.match(text, /^\[[^\]]+Z\] INFO mxc\.log\.created/);
  assert.match(text, /^\[\d+\] Exit code: 4 \(0x00000004\)$/m);
  assert.match(text, /INFO mxc\.spawn\.exit \{"exitCode":4,"durationMs":\d+\}\n$/);
});

test('a log file that cannot be written ends nothing', async (t) => {
  const here = folder(t);
  fs.writeFileSync(path.join(here, 'file'), '');
  t.mock.method(console, 'warn', () => {});
  const { stdout, exitCode } = await overPipes({ process: { commandLine: 'echo ran' } }, { logDir: path.join(here, 'file') });
  assert.equal(console.warn.mock.callCount(), 1);
  assert.deepEqual([String(stdout), exitCode], ['ran\n', 0]);
});

test('configs that are no configs', async () => {
  for (const [config, text] of [
    [{ version: '0.3.0' }, /older/], [{ version: '99.0.0' }, /newer/], [{ version: 5 }, /version/],
    [{ unknown: 1 }, /unknown/], [{ filesystem: { readonlyPath: [] } }, /readonlyPath/], [{ process: { commandLine: 'x', timeout: -1 } }, /timeout/],
    [{ process: { commandLine: 'x', env: ['=1'] } }, /\/process\/env\/0/],
  ]) {
    const { stdout, stderr, exitCode } = await overPipes({ process: { commandLine: 'echo never' }, ...config });
    assert.deepEqual([String(stdout), exitCode], ['', 1], JSON.stringify(config));
    assert.match(stderr, /^Request error\n/);
    assert.match(stderr, text);
  }
});

test('backends that are elsewhere are refused by the executor', async () => {
  for (const containment of ['windows_sandbox', 'wslc', 'hyperlight', 'isolation_session']) {
    const config = { containment, process: { commandLine: 'echo never' } };
    const { stdout, exitCode, stderr } = await overPipes(config, { experimental: true });
    assert.deepEqual([String(stdout), exitCode], ['', 1], containment);
    assert.match(stderr, new RegExp(`${containment}.* not (available|compiled in)`, 'i'));
  }
});

test('many at a time', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, (_, number) =>
    sdk.spawnSandboxAsync(`echo ${number}; exit ${number}`, { version }, skip)));
  assert.deepEqual(all, Array.from({ length: 12 }, (_, number) => ({ stdout: `${number}\r\n`, stderr: '', exitCode: number })));
});

test('lifecycle calls that are given up', async () => {
  const reason = new Error('given up');
  const gone = { ...skip, experimental: true, signal: AbortSignal.abort(reason) };
  await assert.rejects(sdk.provisionSandbox('isolation_session', {}, gone), reason);
  await assert.rejects(sdk.execInSandboxAsync('iso:abc', { process: { commandLine: 'x' } }, gone), reason);
});
