// SPDX-License-Identifier: MIT
// Requests and answers of the lifecycle.
import { MxcError, mxcErrorFromCode } from './errors.js';
import type { Phase, StateAwareContainmentBackend } from './lifecycle-types.js';
import { isRecord, type JsonRecord } from './wire.js';

const standardVersion = '0.6.0-alpha';

/** Prefix of an id, and whose it is. */
const prefixes: ReadonlyMap<string, StateAwareContainmentBackend> = new Map([['iso', 'isolation_session']]);

/** Keys that every backend has; the others belong to one phase of one backend. */
const commonKeys = ['filesystem', 'network', 'ui', 'process'] as const;

/** The prefix of an id decides, whatever its type says. */
export function backendOf(sandboxId: string): StateAwareContainmentBackend {
  const colon = sandboxId.indexOf(':');
  if (colon < 0) throw new MxcError('malformed_id', `sandboxId must carry a backend prefix: ${sandboxId}`);
  const prefix = sandboxId.slice(0, colon);
  const backend = prefixes.get(prefix);
  if (!backend)
    throw new MxcError('malformed_id', `sandboxId prefix '${prefix}' does not match a known state-aware backend`);
  return backend;
}

/** Who is asked for what: a new sandbox of a backend, or one that has an id. */
export type Target = { containment: StateAwareContainmentBackend } | { sandboxId: string };

export function makeEnvelope(phase: Phase, target: Target, config: object | undefined): JsonRecord {
  const { version, ...rest } = { ...config } as JsonRecord;
  const backend = 'containment' in target ? target.containment : backendOf(target.sandboxId);
  const envelope: JsonRecord = {
    version: typeof version === 'string' && version ? version : standardVersion,
    phase,
    ...target,
  };
  for (const key of commonKeys) {
    if (rest[key] !== undefined) envelope[key] = rest[key];
    delete rest[key];
  }
  if (Object.keys(rest).length) envelope.experimental = { [backend]: { [phase]: rest } };
  return envelope;
}

function errorOf(error: unknown): MxcError {
  const { code, message, details } = isRecord(error) ? error : {};
  return mxcErrorFromCode(String(code), String(message ?? ''), isRecord(details) ? details : undefined);
}

/** The result that a phase printed. Its exit status and standard error say nothing more. */
export function readAnswer(stdout: string): JsonRecord {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout.trim());
  } catch (error) {
    throw new Error(`Failed to parse state-aware response envelope: ${(error as Error).message}`);
  }
  if (isRecord(answer) && 'error' in answer) throw errorOf(answer.error);
  if (isRecord(answer) && 'result' in answer) return answer.result as JsonRecord;
  throw new Error(`Unexpected state-aware response envelope shape: ${stdout}`);
}
