// SPDX-License-Identifier: MIT
// The package as its users get it: packed, installed into an empty project, and used where there is no compiler.
// MXC_BUILD names the folder of the built executor, MXC_BUILD_ARM64 that of the cross-built one.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const own = arch() === 'arm64' ? 'arm64' : 'x64';
const { MXC_BUILD: build, MXC_BUILD_ARM64: cross } = process.env;
const skip = build ? false : 'MXC_BUILD is not set';
/** The program for policies that open the network is built where libslirp is. */
const network = build && existsSync(join(build, 'mxc-net')) ? ['mxc-net'] : [];
const work = mkdtempSync(join(tmpdir(), 'mxc-package-'));
const project = join(work, 'project');
const installed = join(project, 'node_modules', name);
const env = { HOME: work, PATH: join(work, 'tools'), npm_config_cache: join(work, 'cache'), npm_config_update_notifier: 'false' };

function find(tool) {
  const folder = process.env.PATH.split(delimiter).find((path) => existsSync(join(path, tool)));
  return folder ? join(folder, tool) : null;
}

function call(command, args, more = {}) {
  const done = spawnSync(command, args, { cwd: project, env, encoding: 'utf8', timeout: 60_000, ...more });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr, fd3: done.output?.[3], error: done.error };
}

/** A program of the project, by its text. */
function node(text) {
  writeFileSync(join(project, 'program.mjs'), text);
  const { status, stdout, stderr } = call('node', ['program.mjs']);
  assert.equal(status, 0, stderr);
  return stdout;
}

before(() => {
  if (skip) return;
  chmodSync(work, 0o755);
  mkdirSync(env.PATH);
  for (const tool of ['node', 'npm', 'npx', 'sh', 'readlink', 'uname']) symlinkSync(find(tool), join(env.PATH, tool));
  const folders = [`--${own}`, build, ...(cross && own !== 'arm64' ? ['--arm64', cross] : [])];
  const packed = spawnSync(process.execPath, [join(root, 'tools/pack.mjs'), ...folders, '--out', work], { encoding: 'utf8' });
  assert.equal(packed.status, 0, packed.stderr);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private": true}\n');
  const done = call('npm', ['install', '--offline', '--no-audit', '--no-fund', packed.stdout.trim()]);
  assert.equal(done.status, 0, done.stderr);
});

after(() => rmSync(work, { recursive: true, force: true }));

test('nothing else is installed, and no compiler is there', { skip }, () => {
  assert.deepEqual(readdirSync(join(project, 'node_modules')).filter((entry) => !entry.startsWith('.')), [name.split('/')[0]]);
  assert.ok(['gcc', 'cc', 'make', 'python3'].every((tool) => call(tool, ['--version']).error));
});

test('programs can be run, and there are no sources of tests', { skip }, () => {
  for (const program of ['mxc', 'lxc-exec', ...network]) assert.equal(statSync(join(installed, 'bin', own, program)).mode & 0o777, 0o755);
  const entries = readdirSync(installed).sort();
  assert.deepEqual(entries, ['LICENSE.md', 'MIGRATION.md', 'NOTICE.md', 'README.md', 'bin', 'dist', 'package.json', 'src']);
  const map = JSON.parse(readFileSync(join(installed, 'dist/index.js.map'), 'utf8'));
  const missing = map.sources.filter((source) => !existsSync(join(installed, 'dist', source)));
  assert.deepEqual(missing, []);
});

test('hello through import', { skip }, () => {
  const text = `
    import { getPlatformSupport, run, spawnSandboxAsync } from '${name}';
    const done = await run({ command: ['echo', 'hello'] });
    const old = await spawnSandboxAsync('echo old', { version: '0.7.0-alpha' }, { usePty: false });
    console.log(JSON.stringify([done.stdout, done.exitCode, old, getPlatformSupport().availableMethods]));`;
  assert.deepEqual(JSON.parse(node(text)), ['hello\n', 0, { stdout: 'old\n', stderr: '', exitCode: 0 }, ['native']]);
});

const opens = skip || (network.length ? false : 'mxc-net was not built');
test('a policy that opens the network finds its program', { skip: opens }, () => {
  const text = `
    import { run } from '${name}';
    const devices = { command: ['cat', '/proc/net/dev'] };
    const open = { ...devices, network: { egress: { default: 'allow' } } };
    const counts = await Promise.all([devices, open].map(async (request) => (await run(request)).stdout.split('\\n').length));
    console.log(counts[1] - counts[0]);`;
  assert.equal(node(text), '1\n');
});

test('a terminal without node-pty is one clear sentence', { skip }, () => {
  const text = `
    import { spawnSandbox } from '${name}';
    try { spawnSandbox('true', { version: '0.7.0-alpha' }); } catch (error) { console.log(error.message); }`;
  assert.match(node(text), /^A terminal needs the optional package 'node-pty'[^\n]+\n$/);
});

test('npx mxc: output, status, input', { skip }, () => {
  const { status, stdout, stderr } = call('npx', ['mxc', 'run', '--', 'sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in\n' });
  assert.deepEqual([status, stdout], [3, 'in\n']);
  assert.match(stderr, /^err$/m);
  assert.match(call('npx', ['mxc', '--version']).stdout, new RegExp(`^mxc ${version.replaceAll('.', '\\.')}`));
});

test('npx mxc: a result on a descriptor', { skip }, () => {
  for (const words of [['--result-fd', '3'], ['--result-fd=3']]) {
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'];
    const { status, fd3 } = call(join(project, 'node_modules/.bin/mxc'), ['run', ...words, '--', 'true'], { stdio });
    assert.equal(status, 0);
    assert.equal(JSON.parse(fd3).reason, 'exit');
  }
});

test('npx mxc: a closed descriptor is refused', { skip }, () => {
  const direct = Array.from({ length: 30 }, (_, index) => [join(project, 'node_modules/.bin/mxc'), [], index + 3]);
  for (const [command, words, fd] of [...direct, ['npx', ['mxc'], 3], ['npx', ['mxc'], 7]]) {
    const { status, stdout, stderr } = call(command, [...words, 'run', `--result-fd=${fd}`, '--', 'echo', 'ran']);
    assert.deepEqual([fd, status, stdout], [fd, 2, '']);
    assert.match(stderr, new RegExp(`^mxc: --result-fd: descriptor ${fd} is not open$`, 'm'));
  }
});

test('npx mxc: a result on a descriptor that shells use themselves', { skip }, () => {
  const text = `
    import { spawnSync } from 'node:child_process';
    const stdio = Array.from({ length: 13 }, (_, fd) => (fd < 10 ? 'ignore' : 'pipe'));
    for (const fd of [10, 11, 12]) {
      const { output } = spawnSync('node_modules/.bin/mxc', ['run', '--result-fd', fd, '--', 'true'], { stdio, encoding: 'utf8' });
      console.log(output.slice(10).map((line) => (line ? JSON.parse(line).reason : '')).join());
    }`;
  assert.equal(node(text), 'exit,,\n,exit,\n,,exit\n');
});

test('npx mxc: MXC_BIN_DIR comes first, with the folder of the machine', { skip }, () => {
  const place = join(work, 'given', own);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'mxc'), '#!/bin/sh\necho "given $#"\n', { mode: 0o755 });
  const given = { env: { ...env, MXC_BIN_DIR: join(work, 'given') } };
  assert.equal(call('npx', ['mxc', 'a b', ''], given).stdout, 'given 2\n');
  const other = join(work, 'other-machine');
  mkdirSync(other);
  mkdirSync(join(work, 'given/arm64'), { recursive: true });
  writeFileSync(join(work, 'given/arm64/mxc'), '#!/bin/sh\necho "for arm64"\n', { mode: 0o755 });
  writeFileSync(join(other, 'uname'), '#!/bin/sh\necho aarch64\n', { mode: 0o755 });
  const there = { env: { ...given.env, PATH: `${other}${delimiter}${env.PATH}` } };
  assert.equal(call('npx', ['mxc'], there).stdout, 'for arm64\n');
  assert.match(call('npx', ['mxc', '--version'], { env: { ...env, MXC_BIN_DIR: '/nonexistent' } }).stdout, /^mxc \d/);
});

test('npx mxc: a signal ends the sandbox', { skip }, async () => {
  const child = spawn(join(project, 'node_modules/.bin/mxc'), ['run', '--', 'sh', '-c', 'echo ready; sleep 60'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  assert.deepEqual(await once(child, 'close'), [143, null]);
});

test('npx mxc: without a program it says so', { skip }, () => {
  const copied = join(work, 'elsewhere/src/mxc.sh');
  mkdirSync(join(work, 'elsewhere/src'), { recursive: true });
  cpSync(join(installed, 'src/mxc.sh'), copied);
  const { status, stderr } = call(copied, ['run']);
  assert.equal(status, 255);
  assert.match(stderr, /^mxc: mxc not found\. Ensure/);
});

const foreign = skip || (own === 'x64' && cross ? false : 'MXC_BUILD_ARM64 is not set');
test('programs for arm64 are in it', { skip: foreign }, () => {
  for (const program of ['mxc', 'lxc-exec', ...network]) {
    const bytes = readFileSync(join(installed, 'bin/arm64', program));
    assert.deepEqual([bytes.readUInt32BE(0), bytes.readUInt16LE(18)], [0x7f454c46, 183]);
  }
});

const emulator = find('qemu-aarch64-static') ?? find('qemu-aarch64');
test('under an emulator the one for arm64 reads policies', { skip: foreign || (emulator ? false : 'no qemu-aarch64') }, () => {
  const mxc = join(installed, 'bin/arm64/mxc');
  const policy = JSON.stringify({ version: '1.0.0', process: { commandLine: 'true' } });
  const plan = spawnSync(emulator, [mxc, 'plan', '-'], { encoding: 'utf8', input: policy });
  const ours = spawnSync(join(build, 'mxc'), ['plan', '-'], { encoding: 'utf8', input: policy });
  const files = ({ stdout }) => stdout.split('\n').filter((line) => line.startsWith('bind '));
  assert.ok(files(plan).length > 2, plan.stderr);
  assert.deepEqual(files(plan), files(ours));
});
