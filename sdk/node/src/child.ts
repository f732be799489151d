// SPDX-License-Identifier: MIT
// A child process whose failures are told to whoever started it, and that ends when it is asked to.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { IPty } from './pty.js';

/** How long an executor may take to end after a signal, in ms, before it is killed. The sandbox dies with it. */
const grace = 2000;

/** Node blames the program for a folder that is not there. */
function explained(error: NodeJS.ErrnoException, folder: SpawnOptions['cwd']): Error {
  const { code } = error;
  if (folder === undefined || (code !== 'ENOENT' && code !== 'ENOTDIR') || isFolder(folder)) return error;
  return Object.assign(new Error(`baseDirectory is no folder: ${String(folder)}`, { cause: error }), { code });
}

function isFolder(path: string | URL): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Rejects when the process cannot be started: no such program, or no descriptor or process left. */
export async function launched(file: string, args: readonly string[], options: SpawnOptions): Promise<ChildProcess> {
  try {
    const child = spawn(file, args, options);
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, options.cwd);
  }
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

const asked = new WeakSet<ChildProcess>();

/** Asks it to end, and kills it when it does not. */
export function endKindly(child: ChildProcess): void {
  if (!child.kill('SIGTERM') || asked.has(child)) return;
  asked.add(child);
  child.once('exit', killLater(() => child.kill('SIGKILL')));
}

/** The same on a terminal. */
export function endTerminalKindly(pty: IPty, signal: 'SIGTERM' | 'SIGHUP' = 'SIGTERM'): void {
  pty.kill(signal);
  pty.onExit(killLater(() => pty.kill('SIGKILL')));
}
