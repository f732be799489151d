// SPDX-License-Identifier: MIT
// What run() and start() are asked for, and how it becomes a policy of the executor.
import { variables } from './environment.js';
import type { ExtendedConfig } from './extended.js';
import type { Policy, PolicyFilesystem, PolicyLimits, PolicyNetwork, PolicyRuntimeConfig, PolicyUi } from './mxc.gen.js';
import type { Environment } from './types.js';

/** Version of the policies that requests become. */
export const requestVersion = '1.0.0';

export type Limits = PolicyLimits;

/** Connections that a program may make and take; see `docs/schema.md`. */
export type NetworkRules = Pick<PolicyNetwork, 'egress' | 'ingress'>;

/** A program, and everything that it may do. What is left out is denied. */
export interface SandboxRequest {
  /** A text runs by `/bin/sh -c`. A list is a program and its arguments: no shell reads them. */
  command: string | readonly string[];
  /** Default: the first granted directory, else `/`. It grants nothing by itself. */
  workingDirectory?: string | undefined;
  /** The whole environment. Absent: `PATH` and `TERM` alone. */
  environment?: Environment | undefined;
  /** Set `PATH` and `TERM` although `environment` is given. */
  inheritDefaultEnvironment?: boolean | undefined;
  filesystem?: Omit<PolicyFilesystem, 'clearPolicyOnExit'> | undefined;
  network?: NetworkRules | undefined;
  runtimeConfig?: PolicyRuntimeConfig | undefined;
  ui?: PolicyUi | undefined;
  limits?: Limits | undefined;
  /** Milliseconds after which everything in the sandbox is killed. */
  timeoutMs?: number | undefined;
  containment?: Policy['containment'];
  containerName?: string | undefined;
}

/** A request, or a policy of any version as it is: a {@link Policy} or a {@link ExtendedConfig}. */
export type RunRequest = SandboxRequest | Policy | ExtendedConfig;

const inQuotes = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : inQuotes(word);
}

function commandLine(command: string | readonly string[]): string {
  if (typeof command === 'string') return command;
  const [first = '', ...rest] = command;
  // A shell takes it for an option of its 'exec', and not every shell knows '--' there.
  if (first.startsWith('-')) throw new TypeError(`the name of a program cannot begin with '-': give the path of '${first}'`);
  // With 'exec' and quotes no assignment, reserved word or builtin of the shell is taken for itself.
  return ['exec', inQuotes(first), ...rest.map(quoted)].join(' ');
}

/** The policy that a request means. */
export function policyOf(request: RunRequest): Policy | ExtendedConfig {
  if (!('command' in request)) return request;
  const { command, workingDirectory, environment, inheritDefaultEnvironment, timeoutMs, containerName, ...same } = request;
  const { containment, filesystem, network, runtimeConfig, ui, limits, ...others } = same;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`a sandbox request has no member '${unknown}'`);
  if (typeof command === 'string' ? !command : !command.length) throw new TypeError('a sandbox request needs a command');
  // In a policy it means none; here it is what is left of somebody's time.
  if (timeoutMs === 0) throw new TypeError('timeoutMs is 0: leave it out for no timeout');
  return {
    version: requestVersion,
    containerId: containerName,
    containment,
    process: {
      commandLine: commandLine(command),
      cwd: workingDirectory,
      env: environment && variables(environment),
      inheritDefaultEnv: inheritDefaultEnvironment,
      timeout: timeoutMs,
    },
    filesystem,
    network,
    runtimeConfig,
    ui,
    limits,
  };
}
