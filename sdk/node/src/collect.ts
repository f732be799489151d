// SPDX-License-Identifier: MIT
// Everything that a child process says until it is over.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endKindly } from './child.js';
import { MxcError } from './errors.js';

export interface Collected {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Bytes that one stream may hold: below what a string of Node can, whatever the bytes are. */
export const mostText = 256 << 20;

export function tooMuch(): MxcError {
  return new MxcError('backend_error', `the program printed more than ${mostText >> 20} MiB; read its streams as they come`);
}

/** A stream as text. A stream that breaks has ended. Of too long a one nothing more is kept, and it rejects. */
export function readText(stream: Readable, onTooMuch: () => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const done = () => (size > mostText ? reject(tooMuch()) : resolve(Buffer.concat(parts).toString('utf8')));
    stream.on('data', (part: Buffer) => {
      const fits = size <= mostText;
      size += part.length;
      if (size <= mostText) parts.push(part);
      else if (fits) onTooMuch();
    });
    stream.once('error', done).once('end', done).once('close', done);
  });
}

export function collect(child: ChildProcess): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const stop = () => endKindly(child);
    const texts = Promise.all([readText(child.stdout!, stop), readText(child.stderr!, stop)]);
    texts.catch(() => {}); // told when the child has ended
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      texts.then(([stdout, stderr]) => resolve({ stdout, stderr, exitCode, signal }), reject);
    });
  });
}
