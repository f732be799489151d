// SPDX-License-Identifier: MIT
// A fake executor: a script that writes down how it was called and then does what the test says.
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Not t.after(), which the first releases of Node 18 do not have.
const made: string[] = [];
process.on('exit', () => made.forEach((path) => rmSync(path, { recursive: true, force: true })));

export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'mxc-sdk-')));
  chmodSync(path, 0o755);
  made.push(path);
  return path;
}

export interface Fake {
  path: string;
  /** Arguments of the last call, or null when there was none. */
  args(): string[] | null;
  /** What came after --config-base64. */
  config(): unknown;
  folder: string;
}

/** 'body' is shell; in it, $here is the folder of the fake. */
export function fake(body: string, name = 'lxc-exec'): Fake {
  const here = folder();
  const path = join(here, name);
  const log = join(here, 'args');
  writeFileSync(path, `#!/bin/sh\nhere='${here}'\nprintf '%s\\0' "$@" >"$here/args"\n${body}\n`, { mode: 0o755 });
  const args = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\0').slice(0, -1) : null);
  return {
    path,
    args,
    config: () => JSON.parse(Buffer.from(args()![1]!, 'base64').toString('utf8')) as unknown,
    folder: here,
  };
}
