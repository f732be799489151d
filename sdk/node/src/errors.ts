// SPDX-License-Identifier: MIT
// The one error class.
import type { ErrorCode } from './mxc.gen.js';
import type { JsonRecord } from './wire.js';

export type { ErrorCode };

/** A failure of the executor or of the request, with a code from a closed set. */
export class MxcError extends Error {
  readonly code: ErrorCode;
  /** What else is known: `where` is a JSON pointer into the policy, `line` and `column` a place in its text. */
  declare readonly details?: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.details = details!; // a member even when there are none, as in the published class
    this.name = 'MxcError';
  }
}

/** Makes an error of what came over the wire. A code that is not in the set is kept, whatever the type says. */
export function mxcErrorFromCode(code: string, message: string, details?: Record<string, unknown>): MxcError {
  return new MxcError(code as ErrorCode, message, details);
}

/** One row for each code: the compiler wants them all. */
const codes: Readonly<Record<ErrorCode, true>> = {
  malformed_request: true,
  unsupported_containment: true,
  unsupported_phase: true,
  backend_unavailable: true,
  malformed_id: true,
  stale_id: true,
  not_provisioned: true,
  not_started: true,
  already_started: true,
  already_stopped: true,
  policy_validation: true,
  backend_error: true,
};

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(codes, code);

/** The error that an executor of this project tells: everything but code and message is a detail. */
export function errorOf({ code, message, ...more }: JsonRecord): MxcError {
  const details = isCode(code) ? more : { ...more, code };
  return new MxcError(isCode(code) ? code : 'backend_error', String(message), Object.keys(details).length ? details : undefined);
}
