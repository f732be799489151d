// SPDX-License-Identifier: MIT
// What every one-shot call does before it starts the executor: checks in their documented order, then argv.
import { arch } from 'node:os';
import { microvmElsewhere } from './config.js';
import { variables } from './environment.js';
import type { Containment, ExtendedConfig } from './extended.js';
import { findExecutor, resolveExecutor } from './locate.js';
import { openLog, type Logger } from './logger.js';
import { supportBeside } from './platform.js';
import type { IPtyForkOptions } from './pty.js';
import {
  ContainmentTypes,
  ExperimentalBackends,
  legacyAliases,
  type Environment,
  type PlatformSupport,
} from './types.js';

/** As published. */
export interface SandboxSpawnOptions {
  /**
   * Log lines of the executor on standard output, and a log file: in `logDir`, else in `mxc-logs` of the temporary
   * directory, unless that is a link, another user's, or writable by others. Programs that may write there can
   * change logs.
   */
  debug?: boolean;
  /** Allow experimental backends. */
  experimental?: boolean;
  /** The executor, instead of the documented places. */
  executablePath?: string;
  /** Leave out the check whether the host supports the containment; the executor checks anyway. */
  skipPlatformCheck?: boolean;
  /** Options of the terminal. */
  ptyOptions?: IPtyForkOptions;
  /** Check the policy and start nothing. */
  dryRun?: boolean;
  /** Folder for a log file of this call. */
  logDir?: string;
  /** False: pipes with standard output and error apart. Default: a terminal. */
  usePty?: boolean;
  /** Ends `spawnSandboxAsync` and the calls of the lifecycle; they reject with its reason. */
  signal?: AbortSignal;
}

type MayBeUndefined = { [K in keyof SandboxSpawnOptions]: SandboxSpawnOptions[K] | undefined };

/** The same, where members may also be undefined, and more. */
export interface ExtendedSpawnOptions extends MayBeUndefined {
  /** Allow features that are for tests only, such as the built-in proxy. */
  allowTestingFeatures?: boolean | undefined;
  /**
   * Over pipes: the run ends when this process is gone, even killed; the child gets a fourth stream for that. A
   * terminal does it anyway. Default: true for `spawnSandboxAsync`, false for `spawnSandboxFromConfig`.
   */
  endWithCaller?: boolean | undefined;
}

/** One executor call, ready to be started. */
export interface Prepared {
  executor: string;
  args: string[];
  logger: Logger;
}

/** Adds variables to the configuration; entries that are there already stay first. */
export function addEnvironment(config: ExtendedConfig, env: Environment | undefined): void {
  if (!env) return;
  const added = variables(env);
  config.process ??= { commandLine: '' };
  config.process.env = [...(config.process.env ?? []), ...added];
}

const unsupported = (found: PlatformSupport) =>
  new Error(`MXC is not supported on this platform: ${found.reason ?? ''}`);

/** Null: nobody is to be asked, or nobody knows. */
function supportOf(executor: string | null, options: ExtendedSpawnOptions): PlatformSupport | null {
  return options.skipPlatformCheck || !executor ? null : supportBeside(executor);
}

function checkAvailable(raw: Containment, effective: Containment, found: PlatformSupport): void {
  const abstract = (ContainmentTypes as readonly Containment[]).includes(effective);
  if (abstract || found.availableMethods.includes(effective as PlatformSupport['availableMethods'][number])) return;
  throw new Error(
    `Containment backend '${raw}' is not available on this platform. ` +
      `Available methods: ${found.availableMethods.join(', ')}`,
  );
}

/** Throws in the documented order. */
function validate(config: ExtendedConfig, options: ExtendedSpawnOptions, executor: string | null): void {
  const raw = config.containment;
  const effective = raw && Object.hasOwn(legacyAliases, raw) ? legacyAliases[raw] : raw;
  const experimental = effective !== undefined && (ExperimentalBackends as readonly Containment[]).includes(effective);
  if (!config.process?.commandLine)
    throw new Error('script is required. Set process.commandLine on the config or pass a script to spawnSandbox().');
  if (experimental && !options.experimental)
    throw new Error(
      `'${raw}' containment requires experimental mode. Set 'experimental: true' in SandboxSpawnOptions.`,
    );
  const found = supportOf(executor, options);
  if (found && !found.isSupported && !experimental) throw unsupported(found);
  if (effective === 'microvm' && process.platform !== 'win32') throw new Error(microvmElsewhere);
  if (found && raw && effective && !experimental) checkAvailable(raw, effective, found);
  if (found && !found.isSupported) throw unsupported(found);
}

function argv(config: object, options: ExtendedSpawnOptions, logFile?: string): string[] {
  return [
    '--config-base64',
    Buffer.from(JSON.stringify(config), 'utf8').toString('base64'),
    ...(options.dryRun ? ['--dry-run'] : []),
    ...(options.debug ? ['--debug'] : []),
    ...(options.experimental ? ['--experimental'] : []),
    ...(options.allowTestingFeatures ? ['--allow-testing-features'] : []),
    ...(logFile ? ['--log-file', logFile] : []),
  ];
}

/** A one-shot call. On an error the log is closed. */
export function prepare(config: ExtendedConfig, options: ExtendedSpawnOptions, env?: Environment): Prepared {
  addEnvironment(config, env);
  const logger = openLog(options);
  try {
    logger.log('info', 'mxc.spawn.start', {
      platform: process.platform,
      arch: arch(),
      containment: config.containment,
    });
    const found = findExecutor(options.executablePath);
    validate(config, options, found);
    const executor = resolveExecutor(options.executablePath, undefined, found);
    logger.log('info', 'mxc.binary.resolved', { resolved: true });
    return { executor, args: argv(config, options, logger.path), logger };
  } catch (error) {
    logger.close();
    throw error;
  }
}

/** A lifecycle call: the envelope goes as it is, and there is no log file. */
export function prepareEnvelope(envelope: object, options: ExtendedSpawnOptions): Omit<Prepared, 'logger'> {
  const found = findExecutor(options.executablePath);
  const support = supportOf(found, options);
  if (support && !support.isSupported) throw unsupported(support);
  return { executor: resolveExecutor(options.executablePath, undefined, found), args: argv(envelope, options) };
}
