// SPDX-License-Identifier: MIT
// The result that mxc writes to a descriptor which the program never holds.
import { constants } from 'node:os';
import { errorOf, MxcError } from './errors.js';
import { noResult } from './last-words.js';
import type { DenialKind, DenialProtocol, DenialReason, Reason } from './mxc.gen.js';
import { isRecord, parseRecord, type JsonRecord } from './wire.js';

/** One operation of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** JSON pointer into the policy. */
  readonly path: string;
  readonly value?: unknown;
}

/** Something that the policy kept the program from doing, as the executor tells it. */
export interface Denial {
  readonly kind: DenialKind;
  readonly protocol?: DenialProtocol;
  readonly address?: string;
  readonly port?: number;
  readonly name?: string;
  /** The denied name that has the address, when a rule by name refused it. */
  readonly denied?: string;
  readonly why?: DenialReason;
  /** The rule that denied it: a JSON pointer into the policy. */
  readonly rule?: string;
  /** How often it happened. */
  readonly count: number;
  /** The smallest change of the policy that would allow it. */
  readonly suggestion?: readonly PatchOperation[];
}

/** How a run ended. */
export interface SandboxExit {
  /** Why it ended. Never `refused`, `setup` or `failed`: those are errors. */
  reason: Reason;
  /** Of the program; null when it was killed. */
  exitCode: number | null;
  /** The signal that killed it, by its own doing or because of `reason`. */
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  /** From the start of set-up to the end; null, as the next two, when it was interrupted before it could be told. */
  durationMs: number | null;
  setupMs: number | null;
  runMs: number | null;
  /** Processor time of everything in the sandbox; null when nobody counted. */
  cpuMs: number | null;
  /** Bytes; null when the host cannot tell. */
  peakMemory: number | null;
  /** Who ran it; null when it was interrupted before that was known. */
  backend: string | null;
  /** What was enforced, and by what on this host: texts for people and logs. */
  enforcement: Readonly<Record<string, string>>;
  /** What the policy refused while it ran; null when the backend keeps no record. */
  denials: readonly Denial[] | null;
  /** How many refusals are not in `denials`. */
  denialsMore: number;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]));

function numberOr<T>(value: unknown, otherwise: T): number | T {
  return typeof value === 'number' ? value : otherwise;
}

function denialsOf(value: unknown): readonly Denial[] | null {
  return Array.isArray(value) ? (value as Denial[]) : null;
}

function exitOf(result: JsonRecord): SandboxExit {
  const setupMs = numberOr(result.setupMs, null);
  const runMs = numberOr(result.runMs, null);
  return {
    reason: result.reason as Reason,
    exitCode: numberOr(result.exitCode, null),
    signal: signalNames.get(numberOr(result.signal, 0)) ?? null,
    timedOut: result.reason === 'timeout',
    durationMs: setupMs === null || runMs === null ? null : setupMs + runMs,
    setupMs,
    runMs,
    cpuMs: numberOr(result.cpuMs, null),
    peakMemory: numberOr(result.peakMemoryBytes, null),
    backend: typeof result.backend === 'string' ? result.backend : null,
    enforcement: isRecord(result.enforced) ? (result.enforced as Record<string, string>) : {},
    denials: denialsOf(result.denials),
    denialsMore: numberOr(result.denialsMore, 0),
  };
}

const endingStatus = new Map<number | null, NodeJS.Signals>([
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [131, 'SIGQUIT'],
  [143, 'SIGTERM'],
]);

/** The exit of an executor that a signal ended before it could write a result; null when none did. */
export function interrupted(code: number | null, killed: NodeJS.Signals | null): SandboxExit | null {
  const signal = killed ?? endingStatus.get(code);
  if (!signal || ![...endingStatus.values()].includes(signal)) return null;
  return {
    reason: 'interrupted',
    exitCode: null,
    signal,
    timedOut: false,
    durationMs: null,
    setupMs: null,
    runMs: null,
    cpuMs: null,
    peakMemory: null,
    backend: null,
    enforcement: {},
    denials: null,
    denialsMore: 0,
  };
}

/**
 * Reads the one line of the result.
 *
 * @param ending How the executor itself ended, for the case that it left none.
 */
export function readResult(line: string, ending: string): SandboxExit {
  const result = parseRecord(line);
  if (!result) throw noResult(`ended ${ending}`);
  if (result.version !== 1)
    throw new MxcError('backend_error', `the executor's result has version ${String(result.version)}, this SDK knows 1`);
  if (isRecord(result.error)) throw errorOf(result.error);
  return exitOf(result);
}
