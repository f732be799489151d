// SPDX-License-Identifier: MIT
// What a program, an executor or a full process table must not do to the program that uses this package.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { run, start, spawnSandboxAsync, spawnSandboxFromConfig, MxcError } from '#sdk';
import { openNameless } from '../src/channel.js';

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
    import { closeSync } from 'node:fs';
    import { run, spawnSandboxAsync, probe } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const executablePath = ${JSON.stringify(executor('lxc-exec', 'exit 0'))};
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    for (let free = 0; free < 3; free++) {
      for (const attempt of [
        () => run({ command: 'true' }, { executablePath }),
        () => spawnSandboxAsync('x', { version: '0.7.0' }, { skipPlatformCheck: true, usePty: false, executablePath }),
        () => probe({ executablePath }),
      ])
        await attempt().then(() => console.log('no error'), (error) => console.log(error.code));
      closeSync(taken.pop());
    }
  `;
  executor('mxc', 'exit 0');
  const place = join(folder, 'full.mjs');
  writeFileSync(place, script);
  const done = spawnSync('/bin/sh', ['-c', `ulimit -n 128; exec "${process.execPath}" "${place}"`], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  assert.deepEqual(done.stdout.trim().split('\n'), Array.from({ length: 9 }, () => 'EMFILE'));
});

test('no room for a result is one clear sentence', () => {
  const message = 'there is no room for a temporary file in /nonexistent or /proc: set TMPDIR to a folder that has some';
  assert.throws(() => openNameless(['/nonexistent', '/proc']), { message, code: 'ENOENT' });
  const fd = openNameless(['/proc', '/nonexistent', '/sys', folder]);
  assert.equal(fstatSync(fd).nlink, 0);
  closeSync(fd);
});

test('an executor that does not end is killed after a while', async () => {
  executor('mxc', 'trap "" TERM; echo ready; kill -STOP $$; sleep 60');
  const sandbox = await start({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') });
  await once(sandbox.stdout!, 'data');
  await sandbox[Symbol.asyncDispose]();
  await assert.rejects(sandbox.wait(), /by SIGKILL and left no result/);
  const another = await start({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') });
  await once(another.stdout!, 'data');
  for (let times = 0; times < 20; times++) another.kill(); // one listener and one timer, whoever is impatient
  await assert.rejects(another.wait(), /by SIGKILL and left no result/);
});

test('one that goes on although it printed too much is killed as well', async () => {
  executor('mxc', 'cat <&3 >/dev/null; trap "" TERM; while echo yes; do :; done');
  const options = { executablePath: join(folder, 'lxc-exec'), maxOutputBytes: 10 };
  await assert.rejects(run({ command: 'true' }, options), /by SIGKILL and left no result/);
});

test('calls that fail leave no descriptor open', async () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const executablePath = executor('lxc-exec', 'exit 0');
  const options = { ...plain, executablePath, logDir: folder };
  const tooLong = 'x'.repeat(200_000);
  const calls = [
    () => spawnSandboxFromConfig({ version: '0.7.0', process: { commandLine: tooLong } }, options),
    () => spawnSandboxAsync(tooLong, policy, options),
    () => spawnSandboxAsync('', policy, options),
    () => spawnSandboxAsync('x', policy, { ...options, executablePath: '/nonexistent' }),
    () => start({ command: 'x' }, { executablePath, baseDirectory: '/nonexistent' }),
  ];
  for (const call of calls) await assert.rejects(async () => call()); // what is loaded late is loaded now
  const before = count();
  for (const call of calls) await assert.rejects(async () => call());
  for (let tries = 0; tries < 200 && count() > before; tries++) await later(20); // Node closes on later turns
  assert.ok(count() <= before);
});

test('an executor that was ended before it could tell was interrupted', async () => {
  executor('mxc', 'exit 143');
  const exit = await (await start({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') })).wait();
  assert.deepEqual([exit.reason, exit.signal, exit.denials], ['interrupted', 'SIGTERM', null]);
});

test('what such an end does not tell is not invented', async () => {
  executor('mxc', 'exit 129');
  const exit = await run({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') });
  const { durationMs, setupMs, runMs, cpuMs, peakMemory, backend } = exit;
  assert.deepEqual([exit.signal, durationMs, setupMs, runMs, cpuMs, peakMemory, backend], ['SIGHUP', null, null, null, null, null, null]);
});

test('one that ends without a word is an error', async () => {
  executor('mxc', 'exit 7');
  await assert.rejects(run({ command: 'true' }, { executablePath: join(folder, 'lxc-exec') }), /status 7 and left no result/);
});
