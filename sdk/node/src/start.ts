// SPDX-License-Identifier: MIT
// start(): a program in a sandbox that runs beside us.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { onAbort } from './abort.js';
import { endKindly, launched } from './child.js';
import { readText } from './collect.js';
import { MxcError } from './errors.js';
import { resolveMxc } from './locate.js';
import { policyOf, type RunRequest } from './request.js';
import { interrupted, readResult, type SandboxExit } from './result.js';

/** Node 18 has the symbol only in its later releases; compiled `await using` looks for it by this name. */
if (!Symbol.asyncDispose)
  Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol.for('Symbol.asyncDispose') });

type Stream = 'pipe' | 'ignore' | 'inherit';

export interface StartOptions {
  /** Ends the run; what waits for it rejects with the reason. */
  signal?: AbortSignal | undefined;
  /** The executor, instead of the documented places; `mxc` is taken from the same folder. */
  executablePath?: string | undefined;
  /** Where relative paths of the policy start. Default: the working directory. */
  baseDirectory?: string | undefined;
  /** Use this backend, whatever the request says. */
  backend?: string | undefined;
  /** Refuse keys that other MXC executors do not know. */
  portable?: boolean | undefined;
  /** Default: `pipe`. */
  stdin?: Stream | undefined;
  stdout?: Stream | undefined;
  stderr?: Stream | undefined;
}

/** A signal that ends a run. The program in the sandbox gets none of them: everything in it is killed. */
export type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL';

/** A running sandbox. `await using` ends it at the end of the block. */
export interface Sandbox extends AsyncDisposable {
  /** Process id of the executor. */
  readonly pid: number;
  /** Null when it is no pipe. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** How it ended. Rejects with an `MxcError` when the policy was refused or set-up failed. */
  wait(): Promise<SandboxExit>;
  /** Kills everything in the sandbox. Without a signal: by SIGTERM to the executor, which is killed when it does not end. */
  kill(signal?: EndingSignal): void;
}

function argsOf(options: StartOptions): string[] {
  return [
    'run',
    // One socket: each pipe more would cost a quarter of a millisecond. It hangs up when we are gone.
    ...['--config-fd=3', '--result-fd=3', '--caller-fd=3'],
    ...(options.backend ? [`--backend=${options.backend}`] : []),
    ...(options.portable ? ['--portable'] : []),
  ];
}

/** Of a longer one the executor does not read the end, and its refusal would be lost with the rest. */
const mostPolicy = 64 << 20;

function textOf(request: RunRequest): string {
  const text = JSON.stringify(policyOf(request));
  if (Buffer.byteLength(text) <= mostPolicy) return text;
  throw new MxcError('malformed_request', `the policy is larger than ${mostPolicy >> 20} MiB`);
}

function launch(options: StartOptions): Promise<ChildProcess> {
  const { stdin = 'pipe', stdout = 'pipe', stderr = 'pipe', baseDirectory } = options;
  return launched(resolveMxc(options.executablePath), argsOf(options), {
    stdio: [stdin, stdout, stderr, 'pipe'],
    ...(baseDirectory === undefined ? {} : { cwd: baseDirectory }),
  });
}

async function ended(child: ChildProcess, line: Promise<string>, signal?: AbortSignal): Promise<SandboxExit> {
  const [code, killed] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  const text = await line;
  signal?.throwIfAborted();
  const early = text ? null : interrupted(code, killed); // before there was anything to tell
  if (early) return early;
  return readResult(text, killed ? `by ${killed}` : `with status ${code}`);
}

function handle(child: ChildProcess, exit: Promise<SandboxExit>): Sandbox {
  return {
    pid: child.pid!,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    wait: () => exit,
    kill: (signal) => (signal ? void child.kill(signal) : endKindly(child)),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) endKindly(child);
      await exit.catch(() => {});
    },
  };
}

/**
 * Starts a program in a sandbox. The streams are its own, apart and byte for byte. Whoever asks for a pipe
 * must read it: a program waits when nobody does.
 */
export async function start(request: RunRequest, options: StartOptions = {}): Promise<Sandbox> {
  const policy = textOf(request);
  const { signal } = options;
  signal?.throwIfAborted();
  const child = await launch(options);
  const channel = child.stdio[3] as Duplex;
  const line = readText(channel); // which also hears when the executor is dead and takes no policy
  const listened = onAbort(signal, () => endKindly(child)); // it may have spoken while the executor was started
  const exit = ended(child, line, signal).finally(listened);
  exit.catch(() => {}); // who waits is told; who does not wait need not catch
  child.stdin?.on('error', () => {}); // a program that does not read is no failure of ours
  channel.on('error', () => {}).end(policy);
  return handle(child, exit);
}
