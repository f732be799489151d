// SPDX-License-Identifier: MIT
// Everything that a child process says until it is over.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Collected {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** A stream as text. A stream that breaks has ended. */
export function readText(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const done = () => resolve(Buffer.concat(parts).toString('utf8'));
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.once('error', done).once('end', done).once('close', done);
  });
}

export function collect(child: ChildProcess): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const texts = Promise.all([readText(child.stdout!), readText(child.stderr!)]);
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      texts.then(([stdout, stderr]) => resolve({ stdout, stderr, exitCode, signal }), reject);
    });
  });
}
