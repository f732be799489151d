// SPDX-License-Identifier: MIT
// The log file of one call. The executor appends to the same file.
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomHex } from './random.js';

export type LogLevel = 'info' | 'warn' | 'error';

export interface Logger {
  /** Undefined: nothing is logged. */
  readonly path: string | undefined;
  log(level: LogLevel, message: string, data?: Record<string, unknown>): void;
  close(): void;
}

const silent: Logger = { path: undefined, log: () => {}, close: () => {} };

function fileName(now: Date): string {
  const stamp = now.toISOString().replace(/Z$/, '').replace(/[:.]/g, '-');
  return `mxc-diag-${stamp}-${randomHex(3)}.log`;
}

function fileLogger(path: string): Logger {
  let fd = openSync(path, 'a');
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
  const folder = options.logDir || (options.debug ? join(tmpdir(), 'mxc-logs') : undefined);
  if (!folder) return silent;
  const path = join(folder, fileName(new Date()));
  try {
    mkdirSync(folder, { recursive: true });
    const logger = fileLogger(path);
    logger.log('info', 'mxc.log.created', { logFile: path });
    return logger;
  } catch (error) {
    console.warn(`[mxc-sdk] Could not open log file '${path}': ${String(error)}`);
    return silent;
  }
}
