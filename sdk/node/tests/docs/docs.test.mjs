// SPDX-License-Identifier: MIT
// Every block of code in README.md and MIGRATION.md is compiled and run, and prints what it says that it prints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocksOf, promisesOf } from './blocks.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const build = process.env.MXC_BUILD;
const skip = build ? false : 'MXC_BUILD is not set';
const work = mkdtempSync(join(tmpdir(), 'mxc-docs-'));
const compilerOptions = {
  target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable'], module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'],
  strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmitOnError: true, outDir: 'out', rootDir: '.',
};
const pages = ['README.md', 'MIGRATION.md'];
const blocks = pages.flatMap((page) =>
  blocksOf(readFileSync(join(root, page), 'utf8')).map((block) => ({ ...block, page, id: `${page.toLowerCase().replace('.md', '')}-${block.line}` })),
);
const inLanguage = (language) => blocks.filter((block) => block.language === language);

function call(command, args) {
  const bin = join(work, 'bin');
  const env = { ...process.env, MXC_BIN_DIR: bin, TMPDIR: join(work, 'tmp'), PATH: `${join(work, 'commands')}:${process.env.PATH}` };
  return spawnSync(command, args, { cwd: work, env, encoding: 'utf8', timeout: 60_000 });
}

before(() => {
  if (skip) return;
  for (const folder of ['bin', 'tmp', 'commands', `node_modules/${name.split('/')[0]}`]) mkdirSync(join(work, folder), { recursive: true });
  symlinkSync(resolve(build), join(work, 'bin', arch() === 'arm64' ? 'arm64' : 'x64'));
  symlinkSync(root, join(work, 'node_modules', name));
  for (const part of ['@types', 'node-pty']) symlinkSync(join(root, 'node_modules', part), join(work, 'node_modules', part));
  writeFileSync(join(work, 'package.json'), '{"type": "module"}\n');
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  // What npx does with a package that is installed; the real one is tried by the tests of the package.
  mkdirSync(join(work, 'node_modules/.bin'));
  symlinkSync(join(root, 'src/mxc.sh'), join(work, 'node_modules/.bin/mxc'));
  writeFileSync(join(work, 'commands/npx'), `#!/bin/sh\nshift\nexec '${join(root, 'src/mxc.sh')}' "$@"\n`, { mode: 0o755 });
  for (const block of inLanguage('ts')) writeFileSync(join(work, `${block.id}.ts`), `${block.lines.join('\n')}\nexport {};\n`);
});

after(() => rmSync(work, { recursive: true, force: true }));

test('there are blocks, in languages that are looked at', () => {
  assert.ok(inLanguage('ts').length >= 10 && inLanguage('sh').length >= 1);
  assert.deepEqual(blocks.filter(({ language }) => !['ts', 'sh'].includes(language)), []);
});

test('the blocks compile', { skip }, () => {
  const { status, stdout } = call(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', work]);
  assert.equal(status, 0, stdout);
});

for (const block of inLanguage('ts'))
  test(`${block.page}, line ${block.line}`, { skip }, () => {
    const { status, stdout, stderr } = call(process.execPath, [join(work, 'out', `${block.id}.js`)]);
    assert.equal(status, 0, stderr);
    const promised = promisesOf(block);
    assert.ok(promised.length, 'it says nothing about what it prints');
    assert.deepEqual(stdout.trimEnd().split('\n').slice(0, promised.length), promised);
  });

for (const block of inLanguage('sh'))
  test(`${block.page}, line ${block.line}`, { skip }, () => {
    for (const line of block.lines) {
      const [command, promised] = line.split(/ +# /);
      const { status, stdout, stderr } = call('sh', ['-c', command]);
      assert.equal(status, 0, stderr);
      if (!promised.endsWith('?')) assert.equal(stdout.trim(), promised);
    }
  });

test('errors that the page speaks of are those of the sources', () => {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  const bundle = readFileSync(join(root, 'dist/index.js'), 'utf8');
  const sentences = [
    'not found. Ensure it is built', 'MXC is not supported on this platform: ', "Containment backend '", 'this host lacks ',
    "A terminal needs the optional package 'node-pty'", 'baseDirectory is no folder: ',
  ];
  for (const sentence of sentences) assert.ok(bundle.includes(sentence) && page.includes(sentence.trim()), sentence);
});

test('the reference can be made', { skip }, () => {
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
  const done = spawnSync(process.execPath, [typedoc, '--out', join(work, 'reference')], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  assert.equal(done.status, 0, done.stderr + done.stdout);
  for (const page of ['functions/run.html', 'functions/spawnSandboxAsync.html', 'classes/MxcError.html', 'interfaces/RunResult.html'])
    assert.ok(readFileSync(join(work, 'reference', page), 'utf8').length > 1000);
});
