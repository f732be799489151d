// SPDX-License-Identifier: MIT
// The published ways to run a program: on a terminal, over pipes, or all at once.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endedBy } from './abort.js';
import { envelopeOf, openChannel, type ResultChannel } from './channel.js';
import { buildSandboxPayload } from './config.js';
import { executorEnv } from './environment.js';
import { mxcErrorFromCode } from './errors.js';
import type { ExtendedConfig, ExtendedPolicy } from './extended.js';
import { endKindly, endTerminalKindly, whyNot } from './child.js';
import { collect, mostText, tooMuch } from './collect.js';
import { noResult, withLastWords } from './last-words.js';
import type { Logger } from './logger.js';
import { prepare, type ExtendedSpawnOptions, type Prepared } from './prepare.js';
import { spawnPty, type IPty } from './pty.js';
import type { Environment } from './types.js';

/** What a program printed, and how it ended. */
export interface SandboxOutput {
  stdout: string;
  stderr: string;
  exitCode: number;
}

function logEnd(logger: Logger): (exitCode: number | null) => void {
  const begun = Date.now();
  return (exitCode) => {
    logger.log('info', 'mxc.spawn.exit', { exitCode: exitCode ?? -1, durationMs: Date.now() - begun });
    logger.close();
  };
}

/** Of what was never started, nobody hears the end. */
function closingOnError<T>(logger: Logger, start: () => T): T {
  try {
    return start();
  } catch (error) {
    logger.close();
    throw error;
  }
}

function startPty(
  { executor, args, logger }: Prepared,
  options: ExtendedSpawnOptions,
  cwd: string | undefined,
  channel?: ResultChannel,
): IPty {
  const given = options.ptyOptions ?? {};
  const env = executorEnv(channel?.env, given.env);
  const pty = closingOnError(logger, () => spawnPty(executor, args, { ...given, ...env, cwd: cwd || process.cwd() }));
  const ended = logEnd(logger);
  pty.onExit(({ exitCode }) => ended(exitCode));
  return pty;
}

interface Pipes {
  stdin: 'pipe' | 'ignore';
  /** Descriptor 3 hangs up when we are gone, however we went; the executor then ends. */
  tied: boolean;
  channel?: ResultChannel;
}

function startPipes(
  { executor, args, logger }: Prepared,
  { stdin, tied, channel }: Pipes,
  cwd: string | undefined,
): ChildProcess {
  const added = { ...(tied ? { MXC_CALLER_FD: '3' } : {}), ...channel?.env };
  const child = closingOnError(logger, () =>
    spawn(executor, args, {
      cwd: cwd || process.cwd(),
      stdio: [stdin, 'pipe', 'pipe', ...(tied ? ['pipe' as const] : [])],
      ...executorEnv(added),
    }),
  );
  (child.stdio?.[3] as Readable | undefined)?.on('error', () => {}).resume(); // nothing comes; its end is the child's
  const ended = logEnd(logger);
  child.once('close', ended);
  child.once('error', () => ended(null));
  return child;
}

/**
 * Runs a script on a terminal.
 *
 * @param workingDirectory Working directory in the sandbox and of the executor. It grants nothing.
 * @param env The whole environment of the program; nothing comes from the host.
 */
export function spawnSandbox(
  script: string,
  policy: ExtendedPolicy,
  options: ExtendedSpawnOptions = {},
  workingDirectory?: string,
  containerName?: string,
  env?: Environment,
): IPty {
  const config = buildSandboxPayload(script, policy, workingDirectory, containerName);
  return startPty(prepare(config, options, env), options, workingDirectory);
}

/**
 * Runs a configuration: over pipes when `usePty` is `false`, else on a terminal.
 *
 * @param workingDirectory Of the executor alone; that of the program is `config.process.cwd`.
 * @param env Is added to `config.process.env`: the configuration is changed.
 */
export function spawnSandboxFromConfig(
  config: ExtendedConfig,
  options: ExtendedSpawnOptions & { usePty: false },
  workingDirectory?: string,
  env?: Environment,
): ChildProcess;
export function spawnSandboxFromConfig(
  config: ExtendedConfig,
  options?: ExtendedSpawnOptions,
  workingDirectory?: string,
  env?: Environment,
): IPty;
export function spawnSandboxFromConfig(
  config: ExtendedConfig,
  options: ExtendedSpawnOptions = {},
  workingDirectory?: string,
  env?: Environment,
): ChildProcess | IPty {
  const prepared = prepare(config, options, env);
  if (options.usePty === false) return startPipes(prepared, { stdin: 'pipe', tied: options.endWithCaller ?? false }, workingDirectory);
  return startPty(prepared, options, workingDirectory);
}

/** How an executor ended, from whichever way it was started. */
interface Ended extends SandboxOutput {
  /** The signal that killed the executor itself. */
  signal: string | number | null;
}

function collectPty(pty: IPty): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const parts: string[] = [];
    let size = 0;
    pty.onData((part) => {
      const fits = size <= mostText;
      size += part.length;
      if (size <= mostText) parts.push(part);
      else if (fits) endTerminalKindly(pty);
    });
    pty.onExit(({ exitCode, signal }) => {
      if (size > mostText) reject(tooMuch());
      else resolve({ stdout: parts.join(''), stderr: '', exitCode, signal: signal || null });
    });
  });
}

async function collectPipes(child: ChildProcess): Promise<Ended> {
  if (child.pid === undefined) return whyNot(child);
  const { stdout, stderr, exitCode, signal } = await collect(child);
  return { stdout, stderr, exitCode: exitCode ?? -1, signal };
}

/** What the executor says is an error of the call; what the program prints is only output. */
function settle({ signal, ...output }: Ended, channel: ResultChannel): SandboxOutput {
  const result = channel.take();
  const envelope = output.exitCode === 0 ? null : envelopeOf(result);
  if (envelope) throw mxcErrorFromCode(envelope.code, envelope.message, envelope.details);
  if (signal !== null && !result)
    throw withLastWords(noResult(`was killed by signal ${signal}`, { signal }), output.stderr);
  return output;
}

function runToEnd(
  prepared: Prepared,
  options: ExtendedSpawnOptions,
  cwd: string | undefined,
  channel: ResultChannel,
): Promise<Ended> {
  if (options.usePty === false) {
    const child = startPipes(prepared, { stdin: 'ignore', tied: options.endWithCaller ?? true, channel }, cwd);
    return endedBy(options.signal, () => endKindly(child), collectPipes(child));
  }
  const pty = startPty(prepared, options, cwd, channel);
  return endedBy(options.signal, () => endTerminalKindly(pty), collectPty(pty));
}

/**
 * Runs a script to its end. The default is a terminal: standard output then holds everything, with CRLF line
 * ends. With `usePty: false` both streams are apart and as they were written; standard input is empty.
 *
 * Rejects with an {@link MxcError} when the executor refused the policy or failed; the program cannot forge that. A
 * policy that cannot be read resolves, as in the published package: exit code 1, and `Request error` in the output.
 */
export async function spawnSandboxAsync(
  script: string,
  policy: ExtendedPolicy,
  options: ExtendedSpawnOptions = {},
  workingDirectory?: string,
  containerName?: string,
): Promise<SandboxOutput> {
  const { signal } = options;
  signal?.throwIfAborted();
  const config = buildSandboxPayload(script, policy, workingDirectory, containerName);
  const channel = openChannel();
  try {
    const prepared = prepare(config, options);
    return settle(await runToEnd(prepared, options, workingDirectory, channel), channel);
  } finally {
    channel.take();
  }
}
