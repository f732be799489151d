// SPDX-License-Identifier: MIT
// What a program, an executor or a full process table must not do to the program that uses this package.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run, start, spawnSandboxAsync, MxcError } from '#sdk';

const folder = mkdtempSync(join(tmpdir(), 'mxc-robust-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function executor(name: string, script: string): string {
  const place = join(folder, name);
  writeFileSync(place, `#!/bin/sh\n${script}\n`);
  chmodSync(place, 0o755);
  return place;
}

const policy = { version: '0.7.0' };
const plain = { skipPlatformCheck: true, usePty: false } as const;

test('more output than a string can hold is an error, not the end of this process', async () => {
  const executablePath = executor('lxc-exec', 'exec head -c 700000000 /dev/zero');
  await assert.rejects(spawnSandboxAsync('x', policy, { ...plain, executablePath }), (error: unknown) => {
    assert.ok(error instanceof MxcError);
    assert.match(error.message, /more than 256 MiB/);
    return true;
  });
});

test('no descriptor left is an error, not the end of this process', () => {
  const script = `
    import { openSync } from 'node:fs';
    import { run, spawnSandboxAsync, probe } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const executablePath = '/bin/true';
    try { for (;;) openSync('/dev/null'); } catch {}
    for (const attempt of [
      () => run({ command: 'true' }, { executablePath }),
      () => spawnSandboxAsync('x', { version: '0.7.0' }, { skipPlatformCheck: true, usePty: false, executablePath }),
      () => probe({ executablePath }),
    ])
      await attempt().then(() => console.log('no error'), (error) => console.log(error.code));
  `;
  const place = join(folder, 'full.mjs');
  writeFileSync(place, script);
  const done = spawnSync('/bin/sh', ['-c', `ulimit -n 128; exec "${process.execPath}" "${place}"`], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  for (const line of done.stdout.trim().split('\n')) assert.match(line, /EMFILE|backend_error|undefined/);
  assert.doesNotMatch(done.stdout, /no error/);
});

test('an executor that does not end is killed after a while', async () => {
  executor('mxc', 'trap "" TERM; kill -STOP $$; sleep 60');
  const sandbox = await start({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') });
  await sandbox[Symbol.asyncDispose]();
  await assert.rejects(sandbox.wait(), /by SIGKILL and left no result/);
});

test('an executor that was ended before it could tell was interrupted', async () => {
  executor('mxc', 'exit 143');
  const exit = await (await start({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') })).wait();
  assert.deepEqual([exit.reason, exit.signal, exit.denials], ['interrupted', 'SIGTERM', null]);
});

test('one that ends without a word is an error', async () => {
  executor('mxc', 'exit 7');
  await assert.rejects(run({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') }), /status 7 and left no result/);
});
