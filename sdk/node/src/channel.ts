// SPDX-License-Identifier: MIT
// Where lxc-exec leaves how a call ended: a file without a name that only we and the executor can reach. A
// program in a sandbox has another /proc, so it can neither read nor forge it, whatever it prints.
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord, parseRecord, type JsonRecord } from './wire.js';

/** Not in Node's constants; the flag contains O_DIRECTORY. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

export interface Envelope {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** One call's result file. */
export interface ResultChannel {
  /** To add to the executor's environment. An executor of somebody else does not look at it. */
  readonly env: { MXC_RESULT_FILE?: string };
  /** After the end: what the executor wrote, or null. Closes the file. */
  take(): JsonRecord | null;
}

function makeFolder(folders: readonly string[]): string {
  try {
    return mkdtempSync(join(folders.at(-1)!, 'mxc-'));
  } catch (cause) {
    const message = `there is no room for a temporary file in ${folders.join(' or ')}: set TMPDIR to a folder that has some`;
    throw Object.assign(new Error(message, { cause }), { code: (cause as NodeJS.ErrnoException).code });
  }
}

/** In the first of the folders that can; in the last one also where the file has to have a name for a moment. */
export function openNameless(folders: readonly string[]): number {
  for (const folder of folders)
    try {
      return openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
    } catch {
      // The next one; not every file system can.
    }
  const folder = makeFolder(folders);
  try {
    return openSync(join(folder, 'result'), 'wx+', 0o600);
  } finally {
    rmSync(join(folder, 'result'), { force: true }); // not recursive: that would need a descriptor
    rmdirSync(folder);
  }
}

function readAll(fd: number): string {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  const length = readSync(fd, bytes, 0, bytes.length, 0);
  return bytes.toString('utf8', 0, length);
}

/** Elsewhere no executor of this project looks for it. */
const none: ResultChannel = { env: {}, take: () => null };

export function openChannel(): ResultChannel {
  if (process.platform !== 'linux') return none;
  const fd = openNameless(['/dev/shm', tmpdir()]);
  let open = true;
  return {
    env: { MXC_RESULT_FILE: `/proc/${process.pid}/fd/${fd}` },
    take() {
      if (!open) return null;
      open = false;
      try {
        return parseRecord(readAll(fd));
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** The executor's error in a result, or null. What is behind it (code, place in the policy) are the details. */
export function envelopeOf(result: JsonRecord | null): Envelope | null {
  const told = result?.envelope;
  if (!isRecord(told) || typeof told.code !== 'string' || typeof told.message !== 'string') return null;
  const error = result?.error;
  return { code: told.code, message: told.message, ...(isRecord(error) ? { details: error } : {}) };
}
