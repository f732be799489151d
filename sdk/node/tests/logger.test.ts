// SPDX-License-Identifier: MIT
// Where log files lie, and whose folders are not written to.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import test, { mock } from 'node:test';
import { openLog } from '../src/logger.js';
import { folder } from './fake.js';

/** What happens in a temporary directory of the test's own. */
function within<T>(temporary: string, call: () => T): T {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    return call();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** The warning, when nothing was opened. */
function refusal(temporary: string): string {
  const warn = mock.method(console, 'warn', () => {});
  try {
    const logger = within(temporary, () => openLog({ debug: true }));
    logger.close();
    assert.equal(logger.path, undefined);
    assert.equal(warn.mock.callCount(), 1);
    return String(warn.mock.calls[0]!.arguments[0]);
  } finally {
    warn.mock.restore();
  }
}

const mode = (path: string) => statSync(path).mode & 0o777;

test('folder and file of a log in the temporary directory are private', () => {
  const temporary = folder();
  for (let times = 1; times <= 2; times++) {
    const logger = within(temporary, () => openLog({ debug: true }));
    logger.close();
    assert.match(logger.path!, /^.*\/mxc-logs\/mxc-diag-[-\dT]+-[0-9a-f]{6}\.log$/);
    assert.equal(mode(logger.path!), 0o600);
    assert.equal(mode(join(temporary, 'mxc-logs')), 0o700);
    assert.equal(readdirSync(join(temporary, 'mxc-logs')).length, times);
  }
});

test('a link in the place of the folder is not followed', () => {
  const [temporary, elsewhere] = [folder(), folder()];
  symlinkSync(elsewhere, join(temporary, 'mxc-logs'));
  assert.match(refusal(temporary), /^\[mxc-sdk\] Could not open log file '.*': Error: E[A-Z]+: /);
  assert.deepEqual(readdirSync(elsewhere), []);
});

for (const bits of [0o777, 0o1777, 0o770, 0o702])
  test(`a folder that others can write to is not used, ${bits.toString(8)}`, () => {
    const temporary = folder();
    const place = join(temporary, 'mxc-logs');
    mkdirSync(place);
    chmodSync(place, bits);
    assert.match(refusal(temporary), /its folder belongs to another user or others can write to it: remove it, or set logDir$/);
    assert.deepEqual(readdirSync(place), []);
  });

const root = process.getuid?.() === 0;
test('nor one of another user', { skip: root ? false : 'only root can give a folder away' }, () => {
  const temporary = folder();
  mkdirSync(join(temporary, 'mxc-logs'), { mode: 0o755 });
  assert.equal(spawnSync('chown', ['65534', join(temporary, 'mxc-logs')]).status, 0);
  assert.match(refusal(temporary), /its folder belongs to another user/);
});

test('a given folder is as its owner wants it; the file is private', () => {
  const given = folder();
  chmodSync(given, 0o777);
  const logger = openLog({ logDir: relative(process.cwd(), given) });
  logger.close();
  assert.ok(logger.path!.startsWith(`${given}/`)); // and not in whatever folder the executor is started
  assert.ok(lstatSync(logger.path!).isFile());
  assert.equal(mode(logger.path!), 0o600);
});
