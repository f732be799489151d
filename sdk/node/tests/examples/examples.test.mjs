// SPDX-License-Identifier: MIT
// Every example is compiled and run for real.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiled = join(root, 'out/examples');
const build = process.env.MXC_BUILD;
const skip = build ? false : 'MXC_BUILD is not set';
const python = skip || (existsSync('/usr/bin/python3') ? false : 'there is no /usr/bin/python3');
const newNode = skip || (Number(process.versions.node.split('.')[0]) >= 20 ? false : 'fastify 5 needs Node 20');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'mxc-examples-')));
const env = { ...process.env, MXC_BIN_DIR: join(work, 'bin'), TMPDIR: join(work, 'tmp') };

const run = (file, ...words) => spawnSync(process.execPath, [join(compiled, file), ...words], { env, encoding: 'utf8', timeout: 60_000 });

before(() => {
  for (const folder of ['bin', 'tmp']) mkdirSync(join(work, folder));
  if (build) symlinkSync(resolve(build), join(work, 'bin', arch() === 'arm64' ? 'arm64' : 'x64'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', join(root, 'examples')], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stdout);
});

after(() => {
  assert.deepEqual(readdirSync(join(work, 'tmp')), [], 'an example leaves temporary files');
  rmSync(work, { recursive: true, force: true });
});

function workspace(name) {
  const folder = join(work, name);
  mkdirSync(join(folder, 'notes'), { recursive: true });
  writeFileSync(join(folder, 'sales.csv'), 'region,amount\nnorth,3\nsouth,4\nnorth,5\n');
  writeFileSync(join(folder, 'notes/private.txt'), 'the secret\n');
  return folder;
}

test('agent: a diff, and the workspace as it was', { skip: python }, () => {
  const folder = workspace('sales');
  const { status, stdout, stderr } = run('agent/agent.js', folder);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\+\* north: 8\n\+\* south: 4$/m);
  assert.match(stdout, /^\+total,12$/m);
  assert.match(stdout, /notes\/private\.txt PermissionError/);
  assert.match(stdout, /Network is unreachable/);
  assert.doesNotMatch(stdout, /the secret/);
  assert.deepEqual(readdirSync(folder), ['notes', 'sales.csv']);
});

test('agent: the sample that its page names, and a folder without anything', { skip: python }, () => {
  const { status, stdout, stderr } = run('agent/agent.js', join(root, 'examples/agent/sample'));
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\+total,12$/m);
  const empty = join(work, 'empty');
  mkdirSync(empty);
  assert.equal(run('agent/agent.js', empty).status, 0);
});

test('agent: with --apply the workspace changes', { skip: python }, () => {
  const folder = workspace('applied');
  assert.equal(run('agent/agent.js', '--apply', folder).status, 0);
  assert.equal(readFileSync(join(folder, 'report.md'), 'utf8'), '* north: 8\n* south: 4\n');
  assert.equal(readFileSync(join(folder, 'notes/private.txt'), 'utf8'), 'the secret\n');
});

test('plugins: the good ones answer, the bad ones end alone', { skip }, () => {
  const { status, stdout, stderr } = run('plugins/host.js');
  assert.equal(status, 0, stderr);
  const told = stdout.trimEnd().split('\n');
  for (const line of [
    'counter: "good morning" -> "2 so far"', 'upper: "hello" -> "HELLO"', 'spy: "good morning" -> "found nothing"',
    'sleepy: "hello" -> "hello"', 'sleepy: disabled, it ended: interrupted',
    'liar: disabled, its answer is to nothing that was asked',
  ])
    assert.ok(told.includes(line), `${line}\n${stdout}`);
  // Without a cgroup the kernel refuses the memory, and node ends by itself.
  assert.match(stdout, /^bomb: disabled, it ended: (oom|signal|exit)$/m);
});

async function serve() {
  const child = spawn(process.execPath, [join(compiled, 'grader/server.js'), '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const post = async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${line.trim()}/grade`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, ...(await answer.json()) };
  };
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { post, stop };
}

const submissions = {
  passed: ['python', 'print(int(input()) * 2)'],
  'wrong answer': ['python', 'print(int(input()) + 1)'],
  failed: ['python', 'print(int("x"))'],
  'too slow': ['python', 'while True: pass'],
  'too much output': ['shell', 'yes'],
};

test('grader: every verdict', { skip: python || newNode }, async () => {
  const server = await serve();
  try {
    const tests = [{ input: '4\n', expected: '8' }];
    const answers = await Promise.all(
      Object.values(submissions).map(([language, source]) => server.post({ language, source, tests })),
    );
    assert.deepEqual(answers.map(({ grades }) => grades[0].verdict), Object.keys(submissions));
    const steals = 'import os; print(os.path.exists("/root/.ssh"), len(os.listdir("/tmp")), os.environ.get("HOME"))';
    const alone = await server.post({ language: 'python', source: steals, tests: [{ input: '', expected: 'False 0 None' }] });
    assert.deepEqual(alone, { status: 200, passed: 1, of: 1, grades: [{ passed: true, verdict: 'passed' }] });
    for (const [name, source] of [['memory', 'x = "x" * (1 << 30); print(8)'], ['processes', 'import os\nwhile True: os.fork()']]) {
      const { grades } = await server.post({ language: 'python', source, tests });
      assert.equal(grades[0].passed, false, name);
    }
    assert.equal((await server.post({ language: 'cobol', source: '', tests })).status, 400);
    assert.equal((await server.post({ language: 'shell', source: 'a\0b', tests })).status, 400);
  } finally {
    await server.stop();
  }
});

test('terminal: a shell that can change one folder', { skip }, async () => {
  const folder = join(work, 'terminal');
  mkdirSync(folder);
  const pty = createRequire(import.meta.url)('node-pty').spawn(
    process.execPath, [join(compiled, 'terminal/shell.js'), folder], { cols: 90, rows: 20, env },
  );
  let output = '';
  const says = (text) =>
    new Promise((done) => {
      const look = () => output.includes(text) && done();
      pty.onData(look);
      look();
    });
  pty.onData((part) => (output += part));
  const ended = new Promise((done) => pty.onExit(done));
  await says('(sandbox) $');
  pty.write('stty size; echo made >file; cat /etc/shadow; echo first-$((1+1))\r');
  await says('first-2');
  pty.resize(70, 15);
  pty.write('until [ "$(stty size)" = "15 70" ]; do :; done; echo second-$((1+1))\r');
  await says('second-2');
  pty.write('sh -c "echo third-\$((1+1)); exec sleep 60"\r');
  await says('third-2');
  pty.write('\x03');
  pty.write('exit 6\r');
  assert.equal((await ended).exitCode, 6);
  assert.match(output, /20 90/);
  assert.match(output, /left the sandbox of .*terminal, exit code 6/);
  assert.doesNotMatch(output, /root:/);
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'made\n');
});
