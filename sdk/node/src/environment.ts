// SPDX-License-Identifier: MIT
// Variables: those of programs, and those by which an executor hears of its caller.
import type { Environment } from './types.js';

/** As a policy has them. With '=' in it, a name that somebody else chose would set another variable. */
export function variables(environment: Environment): string[] {
  const wrong = Object.keys(environment).find((name) => !name || name.includes('='));
  if (wrong !== undefined) throw new TypeError(`'${wrong}' is no name of a variable`);
  return Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
}

/** What lxc-exec looks for. */
export interface CallerVariables {
  MXC_RESULT_FILE?: string;
  MXC_CALLER_FD?: string;
}

type Variables = Record<string, string | undefined>;

/**
 * The option for the environment of an executor, where it is not simply ours: with what we tell it, and without what
 * our own caller told somebody else, about files and descriptors that mean nothing there.
 */
export function executorEnv(own: CallerVariables = {}, given?: Variables): { env?: Variables } {
  const { MXC_RESULT_FILE, MXC_CALLER_FD, ...others } = given ?? process.env;
  const same = MXC_RESULT_FILE === undefined && MXC_CALLER_FD === undefined && !Object.keys(own).length;
  if (same && !given) return {}; // a terminal then leaves out more
  return { env: { ...others, ...own } };
}
