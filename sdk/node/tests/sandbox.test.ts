// SPDX-License-Identifier: MIT
// The published ways to run a program, with a fake executor.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import {
  MxcError,
  spawnSandbox,
  spawnSandboxAsync,
  spawnSandboxFromConfig,
  type ExtendedConfig,
  type ExtendedSpawnOptions,
  type SandboxSpawnOptions,
} from '#sdk';
import { collect } from '../src/collect.js';
import { fake, folder } from './fake.js';

const policy = { version: '0.7.0-alpha' };
const pipes = { skipPlatformCheck: true, usePty: false } as const;
const config = (more: Partial<ExtendedConfig> = {}): ExtendedConfig => ({
  version: '0.7.0-alpha',
  process: { commandLine: 'true' },
  ...more,
});
const forged = '{"error":{"code":"backend_error","message":"forged"}}';

test('argv is exactly what executors expect', async () => {
  const program = fake('exit 0');
  const call = async (options: SandboxSpawnOptions) => {
    await collect(spawnSandboxFromConfig(config(), { ...pipes, executablePath: program.path, ...options, usePty: false }));
    return program.args()!.slice(2);
  };
  assert.deepEqual(await call({}), []);
  assert.equal(program.args()![0], '--config-base64');
  assert.deepEqual(program.config(), config());
  const logDir = folder();
  const args = await call({ dryRun: true, debug: true, experimental: true, logDir });
  assert.deepEqual(args.slice(0, -1), ['--dry-run', '--debug', '--experimental', '--log-file']);
  assert.match(args.at(-1)!, /mxc-diag-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}-[0-9a-f]{6}\.log$/);
});

test('the executor of a relative path is not that of the working directory', async () => {
  const [right, wrong] = [fake('exit 0'), fake('exit 9')];
  const executablePath = relative(process.cwd(), right.path);
  writeFileSync(join(wrong.folder, 'lxc-exec'), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
  const done = await spawnSandboxAsync('x', policy, { ...pipes, executablePath }, wrong.folder);
  assert.equal(done.exitCode, 0);
});

test('what is wrong, in the documented order', () => {
  const program = fake('exit 0');
  const fails = (broken: Partial<ExtendedConfig>, options: SandboxSpawnOptions, message: string) =>
    assert.throws(
      () => spawnSandboxFromConfig(config(broken), { executablePath: program.path, ...options, usePty: false }),
      new Error(message),
    );
  const script = 'script is required. Set process.commandLine on the config or pass a script to spawnSandbox().';
  fails({ process: { commandLine: '' }, containment: 'microvm' }, {}, script);
  fails({ process: undefined }, {}, script);
  fails(
    { containment: 'microvm' },
    {},
    "'microvm' containment requires experimental mode. Set 'experimental: true' in SandboxSpawnOptions.",
  );
  fails(
    { containment: 'microvm' },
    { experimental: true, skipPlatformCheck: true },
    'The microvm backend is only supported on Windows (requires WHP/Hyper-V).',
  );
  fails({}, { executablePath: '/nonexistent' }, 'File not found: /nonexistent');
  assert.equal(program.args(), null);
});

test('an executor of this project is asked what it can', () => {
  const probe = (available: boolean) =>
    `printf '{"backends":[{"name":"native","available":${available},"features":[],"host":[{"name":"landlock","yes":false,"detail":"","remedy":"update"}]}]}'`;
  const call = (body: string, containment: ExtendedConfig['containment']) => {
    const mxc = fake(body, 'mxc');
    const executablePath = join(mxc.folder, 'mxc');
    return () => spawnSandboxFromConfig(config({ containment }), { executablePath, usePty: false });
  };
  assert.throws(
    call(probe(true), 'lxc'),
    new Error("Containment backend 'lxc' is not available on this platform. Available methods: native"),
  );
  assert.throws(
    call(probe(false), 'process'),
    new Error('MXC is not supported on this platform: this host lacks landlock, update'),
  );
  assert.throws(call('echo nonsense', 'process'), /^Error: MXC is not supported on this platform: .* probe failed: /);
});

test('variables are added to the configuration', async () => {
  const program = fake('exit 0');
  const given = config({ process: { commandLine: 'x', env: ['A=1'] } });
  const options = { ...pipes, executablePath: program.path };
  await collect(spawnSandboxFromConfig(given, options, undefined, { B: '2', C: undefined, D: '' }));
  assert.deepEqual(given.process?.env, ['A=1', 'B=2', 'D=']);
  assert.deepEqual(program.config(), given);
});

test('a name cannot set another variable', () => {
  const program = fake('exit 0');
  const options = { ...pipes, executablePath: program.path };
  for (const name of ['LD_PRELOAD=/evil.so:', '=A', '']) {
    const given = config({ process: { commandLine: 'x', env: ['A=1'] } });
    const refused = new TypeError(`'${name}' is no name of a variable`);
    assert.throws(() => spawnSandboxFromConfig(given, options, undefined, { [name]: 'v' }), refused);
    assert.throws(() => spawnSandbox('x', policy, options, undefined, undefined, { [name]: 'v' }), refused);
    assert.deepEqual(given.process?.env, ['A=1']);
  }
  assert.equal(program.args(), null);
});

test('what our own caller told an executor is not meant for ours', async () => {
  const program = fake('echo "${MXC_CALLER_FD-none} ${MXC_RESULT_FILE-none} $KEPT"');
  const call = (options: ExtendedSpawnOptions) => {
    const child = spawnSandboxFromConfig(config(), { skipPlatformCheck: true, executablePath: program.path, ...options });
    if ('stdout' in child) return collect(child as unknown as ChildProcess).then(({ stdout }) => stdout);
    let text = '';
    child.onData((part) => (text += part));
    return new Promise<string>((resolve) => child.onExit(() => resolve(text)));
  };
  const inherited = { MXC_CALLER_FD: '99', MXC_RESULT_FILE: '/nonexistent/result', KEPT: 'kept' };
  Object.assign(process.env, inherited);
  try {
    assert.equal(await call({ usePty: false }), 'none none kept\n');
    assert.equal(await call({ usePty: false, endWithCaller: true }), '3 none kept\n');
    assert.equal(await call({}), 'none none kept\r\n');
    assert.equal(await call({ ptyOptions: { env: { ...process.env, KEPT: 'given' } } }), 'none none given\r\n');
    for (const usePty of [true, false]) {
      const { stdout } = await spawnSandboxAsync('x', policy, { ...pipes, usePty, executablePath: program.path });
      assert.match(stdout, usePty ? /^none \/proc\/\d+\/fd\/\d+ kept\r\n$/ : /^3 \/proc\/\d+\/fd\/\d+ kept\n$/);
    }
  } finally {
    for (const name of Object.keys(inherited)) delete process.env[name];
  }
});

test('the executor starts in the working directory', async () => {
  const program = fake('pwd');
  const here = folder();
  const options = { ...pipes, executablePath: program.path };
  assert.equal((await collect(spawnSandboxFromConfig(config(), options, here))).stdout, `${here}\n`);
  await spawnSandboxAsync('x', policy, options, here, 'name');
  const sent = program.config() as ExtendedConfig;
  assert.deepEqual([sent.process?.cwd, sent.containerId, sent.process?.commandLine], [here, 'name', 'x']);
});

test('the log tells the steps', async () => {
  const program = fake('exit 3');
  const logDir = join(folder(), 'new', 'logs');
  await collect(spawnSandboxFromConfig(config(), { ...pipes, executablePath: program.path, logDir }));
  const [name] = readdirSync(logDir);
  const lines = readFileSync(join(logDir, name!), 'utf8').trim().split('\n');
  const events = lines.map((line) => /^\[[-\dT:.Z]+\] INFO (mxc\S+) \{.*\}$/.exec(line)?.[1]);
  assert.deepEqual(events, ['mxc.log.created', 'mxc.spawn.start', 'mxc.binary.resolved', 'mxc.spawn.exit']);
  assert.match(lines[3]!, /"exitCode":3,"durationMs":\d+/);
});

test('output over pipes is apart', async () => {
  const program = fake('echo out; echo err >&2; exit 7');
  const result = await spawnSandboxAsync('x', policy, { ...pipes, executablePath: program.path });
  assert.deepEqual(result, { stdout: 'out\n', stderr: 'err\n', exitCode: 7 });
});

for (const usePty of [true, false])
  test(`what the program prints is never an error, ${usePty ? 'terminal' : 'pipes'}`, async () => {
    const program = fake(`echo '${forged}'; exit 1`);
    const options = { skipPlatformCheck: true, usePty, executablePath: program.path };
    const end = usePty ? '\r\n' : '\n';
    assert.deepEqual(await spawnSandboxAsync('x', policy, options), { stdout: forged + end, stderr: '', exitCode: 1 });
  });

for (const usePty of [true, false])
  test(`what the executor leaves in the result file is, ${usePty ? 'terminal' : 'pipes'}`, async () => {
    const line = '{"version":1,"envelope":{"code":"backend_error","message":"real"},"error":{"code":"policy_validation","where":"/x"}}';
    const program = fake(`echo '${line}' >"$MXC_RESULT_FILE"; exit $(cat "$here/status")`);
    const call = () => spawnSandboxAsync('x', policy, { skipPlatformCheck: true, usePty, executablePath: program.path });
    writeFileSync(join(program.folder, 'status'), '255');
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof MxcError);
      assert.deepEqual([error.code, error.message], ['backend_error', 'real']);
      assert.deepEqual(error.details, { code: 'policy_validation', where: '/x' });
      return true;
    });
    writeFileSync(join(program.folder, 'status'), '0');
    assert.equal((await call()).exitCode, 0);
  });

for (const usePty of [true, false])
  test(`a killed executor is no success, ${usePty ? 'terminal' : 'pipes'}`, async () => {
    const program = fake('kill -9 $$');
    await assert.rejects(
      spawnSandboxAsync('x', policy, { skipPlatformCheck: true, usePty, executablePath: program.path }),
      (error) => error instanceof MxcError && error.code === 'backend_error' && /killed by signal/.test(error.message),
    );
  });

for (const usePty of [true, false])
  test(`abort, ${usePty ? 'terminal' : 'pipes'}`, async () => {
    const program = fake('exec sleep 60');
    const options = { skipPlatformCheck: true, usePty, executablePath: program.path };
    const before = AbortSignal.abort(new Error('before'));
    await assert.rejects(spawnSandboxAsync('x', policy, { ...options, signal: before }), new Error('before'));
    assert.equal(program.args(), null);
    const abort = new AbortController();
    const changes = watch(program.folder);
    const ended = spawnSandboxAsync('x', policy, { ...options, signal: abort.signal });
    await once(changes, 'change');
    changes.close();
    abort.abort(new Error('during'));
    await assert.rejects(ended, new Error('during'));
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  });

test('what a killed executor said last', async () => {
  const program = fake('echo "no memory" >&2; kill -9 $$');
  await assert.rejects(spawnSandboxAsync('x', policy, { ...pipes, executablePath: program.path }), {
    message: 'the executor was killed by signal SIGKILL and left no result; standard error ends with: no memory',
    details: { signal: 'SIGKILL' },
  });
});

test('no descriptor of a result file stays open', async () => {
  const program = fake('exit 0');
  const options = { ...pipes, executablePath: program.path };
  await spawnSandboxAsync('x', policy, options);
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 5; i++) await spawnSandboxAsync('x', policy, options);
  await assert.rejects(spawnSandboxAsync('x', policy, { ...options, executablePath: '/nonexistent' }));
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('a terminal', async () => {
  // What comes right before the end of a terminal is sometimes not read any more; an executor takes longer to end.
  const program = fake('test -t 0 && stty size; read line; echo "got $line"; sleep 0.2; exit 4');
  const pty = spawnSandbox('x', policy, {
    skipPlatformCheck: true,
    executablePath: program.path,
    ptyOptions: { cols: 100 },
  });
  let output = '';
  pty.onData((part) => (output += part));
  pty.write('typed\r');
  const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => pty.onExit(resolve));
  assert.equal(exitCode, 4);
  assert.match(output, /80 100\r\n/);
  assert.match(output, /got typed\r\n$/);
});
