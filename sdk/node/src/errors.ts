// SPDX-License-Identifier: MIT
// The one error class.
import type { ErrorCode } from './mxc.gen.js';

export type { ErrorCode };

/** A failure of the executor or of the request, with a code from a closed set. */
export class MxcError extends Error {
  readonly code: ErrorCode;
  /** What else is known: `where` is a JSON pointer into the policy, `line` and `column` a place in its text. */
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.details = details;
    this.name = 'MxcError';
  }
}

/** Makes an error of what came over the wire. A code that is not in the set is kept as it is. */
export function mxcErrorFromCode(code: string, message: string, details?: Record<string, unknown>): MxcError {
  return new MxcError(code as ErrorCode, message, details);
}
