// SPDX-License-Identifier: MIT
// The log file of one call. The executor appends to the same file.
import { appendFileSync, closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomHex } from './random.js';

export type LogLevel = 'info' | 'warn' | 'error';

export interface Logger {
  /** Undefined: nothing is logged. */
  readonly path: string | undefined;
  log(level: LogLevel, message: string, data?: Record<string, unknown>): void;
  close(): void;
}

const silent: Logger = { path: undefined, log: () => {}, close: () => {} };

/** Windows has none of the latter, and a temporary directory for each user. */
const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants;

function fileName(now: Date): string {
  const stamp = now.toISOString().replace(/Z$/, '').replace(/[:.]/g, '-');
  return `mxc-diag-${stamp}-${randomHex(3)}.log`;
}

/** Always a new file: one that is there already, or a link, was laid there by somebody else. */
const createFile = (path: string) => openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);

function checkPrivate(fd: number): void {
  const { uid, mode } = fstatSync(fd);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0)
    throw new Error('its folder belongs to another user or others can write to it: remove it, or set logDir');
}

/** In a folder whose name everybody knows, in a place where everybody can write. */
function createInShared(folder: string, name: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return createFile(join(folder, name));
  const fd = openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    checkPrivate(fd);
    // By the descriptor: meanwhile there may be a link in the place of the folder that was looked at.
    return createFile(join(process.platform === 'linux' ? `/proc/self/fd/${fd}` : folder, name));
  } finally {
    closeSync(fd);
  }
}

function createInGiven(folder: string, name: string): number {
  mkdirSync(folder, { recursive: true });
  return createFile(join(folder, name));
}

function fileLogger(path: string, opened: number): Logger {
  let fd = opened;
  return {
    path,
    log(level, message, data) {
      const more = data ? ` ${JSON.stringify(data)}` : '';
      try {
        if (fd >= 0) appendFileSync(fd, `[${new Date().toISOString()}] ${level.toUpperCase()} ${message}${more}\n`);
      } catch {
        // A full disk must not end the run.
      }
    },
    close() {
      if (fd >= 0) closeSync(fd);
      fd = -1;
    },
  };
}

/** Opens the log that the options ask for: `logDir`, or `debug` alone in the temporary directory. */
export function openLog(options: { logDir?: string | undefined; debug?: boolean | undefined }): Logger {
  if (!options.logDir && !options.debug) return silent;
  const folder = resolve(options.logDir || join(tmpdir(), 'mxc-logs')); // the executor is started in another folder
  const name = fileName(new Date());
  const path = join(folder, name);
  try {
    const logger = fileLogger(path, (options.logDir ? createInGiven : createInShared)(folder, name));
    logger.log('info', 'mxc.log.created', { logFile: path });
    return logger;
  } catch (error) {
    console.warn(`[mxc-sdk] Could not open log file '${path}': ${String(error)}`);
    return silent;
  }
}
