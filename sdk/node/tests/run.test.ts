// SPDX-License-Identifier: MIT
// run() and start(), and the questions, with a fake mxc.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test from 'node:test';
import { checkPolicy, explainPolicy, MxcError, probe, run, start, type RunRequest } from '#sdk';
import { policyOf } from '../src/request.js';
import { readResult } from '../src/result.js';
import { fake } from './fake.js';

const result = (more: object) =>
  JSON.stringify({ version: 1, backend: 'native', reason: 'exit', exitCode: 0, signal: null, setupMs: 1, runMs: 2, cpuMs: null,
    peakMemoryBytes: 5, enforced: { a: 'b' }, error: null, ...more });

const mxc = (body: string) => {
  const made = fake(body, 'mxc');
  return { ...made, options: { executablePath: made.path } };
};

/** An executor reads the policy before it says anything. */
const read = 'cat <&3 >/dev/null';

const json = (request: RunRequest) => JSON.parse(JSON.stringify(policyOf(request))) as Record<string, unknown>;

test('a request as a policy', () => {
  assert.deepEqual(json({ command: 'echo hi' }), { version: '1.0.0', process: { commandLine: 'echo hi' } });
  const request: RunRequest = {
    command: ['a b', "it's", '$x', 'plain', ''],
    workingDirectory: '/w',
    environment: { A: '1', B: undefined },
    inheritDefaultEnvironment: true,
    filesystem: { readonlyPaths: ['/r'] },
    network: { egress: { allow: [{ to: [{ cidr: '10.0.0.0/8' }], ports: [{ port: 1, protocol: 'tcp' }] }] } },
    runtimeConfig: { networkProxy: 'http://localhost:3128' },
    ui: { disable: true },
    limits: { memoryMb: 5 },
    timeoutMs: 7,
    containment: 'native',
    containerName: 'n',
  };
  assert.deepEqual(json(request), {
    version: '1.0.0',
    containerId: 'n',
    containment: 'native',
    process: {
      commandLine: "exec 'a b' 'it'\\''s' '$x' plain ''",
      cwd: '/w',
      env: ['A=1'],
      inheritDefaultEnv: true,
      timeout: 7,
    },
    filesystem: request.filesystem,
    network: request.network,
    runtimeConfig: request.runtimeConfig,
    ui: request.ui,
    limits: request.limits,
  });
  const policy = { version: '0.7.0-alpha', process: { commandLine: 'x' } };
  assert.equal(policyOf(policy), policy);
});

test('a request that says something else is refused', () => {
  assert.throws(() => policyOf({ command: 'x', timeout: 5 } as RunRequest), /^TypeError: .* no member 'timeout'$/);
  assert.throws(() => policyOf({ command: '' }), TypeError);
  assert.throws(() => policyOf({ command: [] }), TypeError);
  assert.throws(() => policyOf({ command: ['-x'] }), TypeError);
  assert.throws(() => policyOf({ command: 'x', timeoutMs: 0 }), TypeError);
  for (const name of ['', 'PATH=/evil:', '=']) assert.throws(() => policyOf({ command: 'x', environment: { [name]: 'y' } }), TypeError);
});

test('the policy and the result have descriptors of their own', async () => {
  const program = mxc(`cat <&3 >"$here/policy"; echo '${result({ exitCode: 3 })}' >&3; echo out; echo err >&2; cat; exit 9`);
  const done = await run({ command: 'x' }, { ...program.options, input: 'in', backend: 'native', portable: true });
  assert.deepEqual(done, {
    reason: 'exit',
    exitCode: 3,
    signal: null,
    timedOut: false,
    durationMs: 3,
    setupMs: 1,
    runMs: 2,
    cpuMs: null,
    peakMemory: 5,
    backend: 'native',
    enforcement: { a: 'b' },
    denials: null,
    denialsMore: 0,
    stdout: 'out\nin',
    stderr: 'err\n',
  });
  assert.deepEqual(program.args(), ['run', '--config-fd=3', '--result-fd=3', '--caller-fd=3', '--backend=native', '--portable']);
});

test('what the program prints is no result', async () => {
  const program = mxc(`echo '${result({})}'; echo '${result({})}' >&2; exit 0`);
  await assert.rejects(run({ command: 'x' }, program.options), {
    code: 'backend_error',
    message: /^the executor ended with status 0 and left no result; standard error ends with: /,
  });
});

test('an error in the result', async () => {
  const error = { code: 'policy_validation', message: 'no', where: '/filesystem' };
  const program = mxc(`${read}; echo '${result({ reason: 'refused', error })}' >&3; exit 255`);
  await assert.rejects(run({ command: 'x' }, program.options), (caught) => {
    assert.ok(caught instanceof MxcError);
    assert.deepEqual([caught.code, caught.message, caught.details], ['policy_validation', 'no', { where: '/filesystem' }]);
    return true;
  });
});

test('results', () => {
  const read = (more: object) => readResult(result(more), '');
  assert.deepEqual([read({ reason: 'timeout', exitCode: null, signal: 9 })].map((r) => [r.timedOut, r.signal, r.exitCode]), [
    [true, 'SIGKILL', null],
  ]);
  assert.deepEqual(read({ denials: [{ kind: 'refused', address: '192.0.2.4', port: 80 }] }).denials?.length, 1);
  assert.throws(() => read({ version: 2 }), /has version 2/);
  const silent = read({ backend: null, setupMs: null });
  assert.deepEqual([silent.backend, silent.setupMs, silent.runMs, silent.durationMs], [null, null, 2, null]);
  assert.throws(() => readResult('', 'by SIGKILL'), /ended by SIGKILL and left no result/);
  assert.throws(() => readResult('null', ''), { name: 'MxcError' });
});

test('an executor that leaves no result says why on standard error', async () => {
  const old = mxc(`echo first >&2; echo "mxc: there is no option '--caller-fd'" >&2; exit 2`);
  const told = "the executor ended with status 2 and left no result; standard error ends with: first / mxc: there is no option '--caller-fd'";
  await assert.rejects(run({ command: 'x' }, old.options), (error: MxcError) => {
    assert.deepEqual([error.name, error.code, error.message], ['MxcError', 'backend_error', told]);
    return true;
  });
  const many = mxc(`${read}; seq 1000000 1009999 >&2; printf '\\033[2J\\302\\233\\342\\200\\256a\\rb' >&2; kill -9 $$`);
  const lines = '1009997 / 1009998 / 1009999 / ?[2J??a / b';
  await assert.rejects(run({ command: 'x' }, many.options), {
    message: `the executor ended by SIGKILL and left no result; standard error ends with: ${lines}`,
  });
  const long = mxc(`${read}; head -c 100000 /dev/zero | tr '\\0' x >&2; exit 7`);
  await assert.rejects(run({ command: 'x' }, long.options), (error: MxcError) => error.message.length < 1200);
});

test('a code that nobody knows is a detail', () => {
  const told = (error: object) => () => readResult(result({ error }), '');
  const known = new MxcError('stale_id', 'm', { where: '/a' });
  assert.throws(told({ code: 'stale_id', message: 'm', where: '/a' }), known);
  for (const code of ['new_code', 'toString'])
    assert.throws(told({ code, message: 'm', where: '/a' }), new MxcError('backend_error', 'm', { where: '/a', code }));
  assert.throws(told({ code: 'stale_id', message: 'm' }), (error: MxcError) => error.details === undefined);
});

test('a maximum that is none is refused before anything starts', async () => {
  const program = mxc('');
  for (const maxOutputBytes of [-1, 1.5, NaN, -Infinity, '5' as never, null as never])
    await assert.rejects(run({ command: 'x' }, { ...program.options, maxOutputBytes }), RangeError);
  assert.equal(program.args(), null);
  const talks = mxc(`${read}; echo '${result({})}' >&3; echo hello`);
  assert.equal((await run({ command: 'x' }, { ...talks.options, maxOutputBytes: Infinity })).stdout, 'hello\n');
});

test('too much output ends the run', async () => {
  const program = mxc(`${read}; trap 'echo "$line" >&3; exit' TERM; line='${result({ reason: 'interrupted', exitCode: null, signal: 15 })}'; while :; do echo yes || exit; done`);
  const done = await run({ command: 'x' }, { ...program.options, maxOutputBytes: 10 });
  assert.deepEqual([done.reason, done.stdout, done.exitCode], ['output', 'yes\nyes\nye', null]);
});

test('exactly as much output as allowed is fine', async () => {
  const program = mxc(`${read}; echo '${result({})}' >&3; printf 1234567890`);
  const done = await run({ command: 'x' }, { ...program.options, maxOutputBytes: 10 });
  assert.deepEqual([done.reason, done.stdout], ['exit', '1234567890']);
});

test('a policy that no executor would read to its end', async () => {
  const program = mxc('');
  const environment = { A: 'x'.repeat(65 << 20) };
  await assert.rejects(run({ command: 'x', environment }, program.options), { code: 'malformed_request' });
  assert.equal(program.args(), null);
});

test('abort', async () => {
  const program = mxc('echo ready; exec sleep 60');
  const never = AbortSignal.abort(new Error('before'));
  await assert.rejects(run({ command: 'x' }, { ...program.options, signal: never }), new Error('before'));
  assert.equal(program.args(), null);
  const abort = new AbortController();
  const sandbox = await start({ command: 'x' }, { ...program.options, signal: abort.signal });
  sandbox.stdout!.once('data', () => abort.abort(new Error('during')));
  await assert.rejects(sandbox.wait(), new Error('during'));
});

test('a sandbox is ended with its block', async () => {
  const program = mxc(`trap 'echo ended >"$here/end"; exit 1' TERM; echo ready; while :; do sleep 0.01; done`);
  let ended: Promise<unknown>;
  {
    await using sandbox = await start({ command: 'x' }, program.options);
    await new Promise((resolve) => sandbox.stdout!.once('data', resolve));
    ended = sandbox.wait();
  }
  await assert.rejects(ended, { message: 'the executor ended with status 1 and left no result' });
});

test('an executor that cannot be started', async () => {
  const program = mxc('');
  writeFileSync(program.path, '#!/nonexistent\n');
  await assert.rejects(start({ command: 'x' }, program.options), { code: 'ENOENT' });
  await assert.rejects(probe(program.options), { code: 'ENOENT' });
});

test('a folder to start in that is none', async () => {
  const program = mxc('');
  for (const [baseDirectory, code] of [['/nonexistent', 'ENOENT'], [program.path, 'ENOTDIR']] as const)
    for (const call of [run, start, explainPolicy])
      await assert.rejects(call({ command: 'x' }, { ...program.options, baseDirectory }), {
        code,
        message: `baseDirectory is no folder: ${baseDirectory}`,
      });
  assert.equal(program.args(), null);
});

test('questions', async () => {
  const plan = mxc(`cat >"$here/policy"; echo '{"backend":"native","steps":["a"]}'`);
  assert.deepEqual(await explainPolicy({ command: 'x' }, plan.options), { backend: 'native', steps: ['a'] });
  assert.deepEqual(plan.args(), ['plan', '--json', '-']);
  const refused = mxc(`echo '{"error":{"code":"policy_validation","message":"no","where":"/x"}}' >&2; exit 255`);
  await assert.rejects(explainPolicy({ command: 'x' }, refused.options), { code: 'policy_validation', details: { where: '/x' } });
  const strange = mxc('echo broken >&2; exit 9');
  await assert.rejects(explainPolicy({ command: 'x' }, strange.options), { message: 'mxc plan ended with status 9: broken' });
  await assert.rejects(checkPolicy('{}', strange.options), { message: 'mxc check ended with status 9: broken' });
  await assert.rejects(probe(strange.options), { code: 'backend_error' });
  const check = mxc(`echo '{"files":[{"file":"-","valid":false,"error":{"code":"malformed_request","message":"m","line":3},"findings":[]}]}'; exit 1`);
  const { valid, error } = await checkPolicy('{', check.options);
  assert.deepEqual([valid, error?.code, error?.details], [false, 'malformed_request', { line: 3 }]);
});
