// SPDX-License-Identifier: MIT
// Where the executor is looked for, and what counts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { candidateFolders, findProgram, mxcBeside, resolveExecutor, resolveMxc, type LookupHost } from '../src/locate.js';
import { folder } from './fake.js';

function program(path: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

function host(): LookupHost & { bin: string; packaged: string; built: string } {
  const root = folder();
  const packageRoot = join(root, 'sdk', 'node');
  writeFileSync(join(root, 'meson.build'), '');
  return {
    platform: 'linux',
    arch: 'x64',
    binDir: join(root, 'given'),
    packageRoot,
    bin: join(root, 'given', 'x64', 'lxc-exec'),
    packaged: join(packageRoot, 'bin', 'x64', 'lxc-exec'),
    built: join(root, 'build', 'release', 'src', 'cli', 'lxc-exec'),
  };
}

test('the order', () => {
  const at = host();
  assert.equal(findProgram('lxc-exec', at), null);
  for (const path of [at.built, at.packaged, at.bin]) {
    program(path);
    assert.equal(resolveExecutor(undefined, at), path);
  }
  assert.equal(resolveExecutor(undefined, { ...at, binDir: undefined }), at.packaged);
  assert.equal(resolveExecutor(undefined, { ...at, binDir: '/nonexistent' }), at.packaged);
});

for (const place of ['node_modules/@mxc/sdk', 'node_modules/sdk/node', 'vendor/mxc-sdk', 'vendor/sdk/node'])
  test(`what lies two folders above a package that is no clone is of others: ${place}`, () => {
    const root = folder();
    const packageRoot = join(root, place);
    const above = dirname(dirname(packageRoot));
    for (const name of ['mxc', 'lxc-exec']) program(join(above, 'build', 'release', 'src', 'cli', name));
    if (place !== 'vendor/sdk/node') writeFileSync(join(above, 'meson.build'), '');
    const at = { ...host(), packageRoot };
    assert.equal(findProgram('lxc-exec', at), null);
    assert.throws(() => resolveMxc(undefined, at), /^Error: mxc not found\./);
    const script = program(join(packageRoot, 'src', 'mxc.sh'));
    cpSync(fileURLToPath(new URL('../../src/mxc.sh', import.meta.url)), script);
    const done = spawnSync(script, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    assert.deepEqual([done.status, done.stderr.startsWith('mxc: mxc not found.')], [255, true]);
  });

test('in a clone the script starts what was built', () => {
  const at = host();
  const built = program(join(dirname(at.built), 'mxc'));
  writeFileSync(built, '#!/bin/sh\necho "built $1"\n');
  const script = program(join(at.packageRoot, 'src', 'mxc.sh'));
  cpSync(fileURLToPath(new URL('../../src/mxc.sh', import.meta.url)), script);
  const done = spawnSync(script, ['x'], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  assert.equal(done.stdout, 'built x\n', done.stderr);
});

test('arm64 has a folder of its own', () => {
  const at = host();
  program(at.packaged);
  assert.equal(findProgram('lxc-exec', { ...at, arch: 'arm64' }), null);
  assert.ok(candidateFolders({ ...at, arch: 'arm64' })[0]?.endsWith('/arm64'));
  assert.ok(candidateFolders({ ...at, arch: 'ia32' })[0]?.endsWith('/x64'));
});

test('what does not count', () => {
  const at = host();
  program(at.bin, 0o644);
  mkdirSync(at.packaged, { recursive: true });
  program(at.built);
  assert.equal(findProgram('lxc-exec', at), at.built);
  const archived = program(join(at.packageRoot, 'x.asar', 'x64', 'lxc-exec'));
  assert.notEqual(findProgram('lxc-exec', { ...at, binDir: dirname(dirname(archived)) }), archived);
});

test('a given path only has to exist', () => {
  const at = host();
  const plain = program(join(at.packageRoot, 'plain'), 0o644);
  assert.equal(resolveExecutor(plain, at), plain);
  assert.throws(() => resolveExecutor('/nonexistent', at), new Error('File not found: /nonexistent'));
});

test('a relative path is meant from here, wherever the executor is started', () => {
  const at = host();
  const executor = program(at.bin);
  const mxc = program(join(dirname(at.bin), 'mxc'));
  const near = relative(process.cwd(), executor);
  assert.equal(resolveExecutor(near, at), executor);
  assert.equal(mxcBeside(near, at), mxc);
  assert.equal(resolveMxc(near, at), mxc);
  assert.equal(resolveExecutor(undefined, { ...at, binDir: relative(process.cwd(), dirname(dirname(at.bin))) }), executor);
  assert.throws(() => resolveExecutor('none/here', at), new Error('File not found: none/here'));
});

test('errors name the program of the system', () => {
  const at = host();
  const message = (platform: NodeJS.Platform) => {
    assert.throws(() => resolveExecutor(undefined, { ...at, platform }), (error: Error) => {
      told = error.message;
      return true;
    });
    return told;
  };
  let told = '';
  assert.equal(message('linux'), 'lxc-exec not found. Ensure it is built and available in a standard location.');
  assert.equal(message('darwin'), 'mxc-exec-mac not found. Ensure it is built and available in a standard location.');
  assert.equal(
    message('win32'),
    'wxc-exec.exe not found. Set options.executablePath or ensure it exists in a standard location.',
  );
});

test('mxc stands beside the executor', () => {
  const at = host();
  program(at.bin);
  assert.equal(mxcBeside(at.bin, at), null);
  assert.throws(() => resolveMxc(at.bin, at), /^Error: mxc not found beside /);
  const mxc = program(join(dirname(at.bin), 'mxc'));
  assert.equal(mxcBeside(at.bin, at), mxc);
  assert.equal(resolveMxc(at.bin, at), mxc);
  assert.equal(resolveMxc(undefined, at), mxc);
});
