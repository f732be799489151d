// SPDX-License-Identifier: MIT
// What is left of an executor that ended without a result: the end of what stands on standard error. The program in
// the sandbox may have written there as well, so it is for people and means nothing.
import { MxcError } from './errors.js';

const mostLines = 5;
const mostCharacters = 1000;

/** One line, in which nothing steers a terminal or begins a line of somebody's log. */
function lastLines(text: string): string {
  const lines = text.slice(-2 * mostCharacters).split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
  const told = lines.slice(-mostLines).join(' / ').slice(-mostCharacters);
  return told.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?');
}

const silent = new WeakSet<MxcError>();

/** The error about an executor that left nothing. */
export function noResult(ending: string, details?: Record<string, unknown>): MxcError {
  const error = new MxcError('backend_error', `the executor ${ending} and left no result`, details);
  silent.add(error);
  return error;
}

export function leftNothing(error: unknown): error is MxcError {
  return error instanceof MxcError && silent.has(error);
}

/** The same error with what stands on standard error. */
export function withLastWords(error: MxcError, stderr: string): MxcError {
  const last = lastLines(stderr);
  return last ? new MxcError(error.code, `${error.message}; standard error ends with: ${last}`, error.details) : error;
}
