// SPDX-License-Identifier: MIT
// run(): a program in a sandbox, to its end.
import type { Readable } from 'node:stream';
import { leftNothing, withLastWords } from './last-words.js';
import type { RunRequest } from './request.js';
import type { SandboxExit } from './result.js';
import { start, type Sandbox, type StartOptions } from './start.js';

export interface RunOptions extends Omit<StartOptions, 'stdin' | 'stdout' | 'stderr'> {
  /** What the program reads. Default: nothing. */
  input?: string | Uint8Array | undefined;
  /** Bytes of standard output and error together; more ends the run with the reason `output`. Default: 64 MiB. */
  maxOutputBytes?: number | undefined;
}

/** How a run ended, and what it printed. */
export interface RunResult extends SandboxExit {
  stdout: string;
  stderr: string;
}

const standardMaximum = 64 << 20;

function maximumOf({ maxOutputBytes = standardMaximum }: RunOptions): number {
  if (maxOutputBytes === Infinity || (Number.isSafeInteger(maxOutputBytes) && maxOutputBytes >= 0)) return maxOutputBytes;
  throw new RangeError(`maxOutputBytes is a number of bytes, or Infinity: it cannot be ${String(maxOutputBytes)}`);
}

/** Keeps what comes until there is too much in all. */
class Gathered {
  readonly #parts: Buffer[][] = [];
  #left: number;
  exceeded = false;

  constructor(
    maximum: number,
    readonly onExceeded: () => void,
  ) {
    this.#left = maximum;
  }

  add(stream: Readable): Promise<void> {
    const parts: Buffer[] = [];
    this.#parts.push(parts);
    return new Promise((resolve) => {
      stream.on('data', (part: Buffer) => this.#take(parts, part));
      stream.once('error', () => resolve()).once('close', () => resolve());
    });
  }

  #take(parts: Buffer[], part: Buffer): void {
    const kept = part.subarray(0, this.#left);
    parts.push(kept);
    this.#left -= kept.length;
    if (kept.length === part.length || this.exceeded) return;
    this.exceeded = true;
    this.onExceeded();
  }

  text(index: number): string {
    return Buffer.concat(this.#parts[index] ?? []).toString('utf8');
  }
}

async function collect(sandbox: Sandbox, maximum: number, input: RunOptions['input']): Promise<RunResult> {
  const output = new Gathered(maximum, () => void sandbox[Symbol.asyncDispose]());
  const drained = [sandbox.stdout!, sandbox.stderr!].map((stream) => output.add(stream));
  sandbox.stdin?.end(input);
  const exit = await sandbox.wait().catch(async (error: unknown) => {
    if (!leftNothing(error)) throw error;
    await Promise.all(drained);
    throw withLastWords(error, output.text(1)); // an older executor, for example, says there what it does not know
  });
  await Promise.all(drained);
  const reason = output.exceeded ? { reason: 'output' as const, exitCode: null, signal: 'SIGKILL' as const } : {};
  return { ...exit, ...reason, stdout: output.text(0), stderr: output.text(1) };
}

/**
 * Runs a program in a sandbox to its end. A program that fails, is killed or runs out of time is a result; a
 * policy that is refused and a set-up that fails reject with an `MxcError`.
 */
export async function run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
  const maximum = maximumOf(options);
  const stdin = options.input === undefined ? 'ignore' : 'pipe';
  const sandbox = await start(request, { ...options, stdin, stdout: 'pipe', stderr: 'pipe' });
  try {
    return await collect(sandbox, maximum, options.input);
  } finally {
    await sandbox[Symbol.asyncDispose]();
  }
}
