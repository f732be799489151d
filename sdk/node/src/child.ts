// SPDX-License-Identifier: MIT
// A child process whose failures are told to whoever started it, and that ends when it is asked to.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { IPty } from './pty.js';

/** How long an executor may take to end after a signal, in ms, before it is killed. The sandbox dies with it. */
const grace = 2000;

/** Rejects when the process cannot be started: no such program, or no descriptor or process left. */
export async function launched(file: string, args: readonly string[], options: SpawnOptions): Promise<ChildProcess> {
  const child = spawn(file, args, options);
  await once(child, 'spawn');
  return child;
}

/** The reason why a child that has no streams was never started. */
export async function whyNot(child: ChildProcess): Promise<never> {
  const [error] = (await once(child, 'error')) as [Error];
  throw error;
}

function killLater(kill: () => void): () => void {
  const timer = setTimeout(kill, grace);
  timer.unref();
  return () => clearTimeout(timer);
}

/** Asks it to end, and kills it when it does not. */
export function endKindly(child: ChildProcess): void {
  child.kill('SIGTERM');
  child.once('exit', killLater(() => child.kill('SIGKILL')));
}

/** The same on a terminal. */
export function endTerminalKindly(pty: IPty): void {
  pty.kill('SIGTERM');
  pty.onExit(killLater(() => pty.kill('SIGKILL')));
}
