// SPDX-License-Identifier: MIT
// The result that mxc writes to a descriptor which the program never holds.
import { constants } from 'node:os';
import { MxcError, mxcErrorFromCode } from './errors.js';
import type { Reason } from './mxc.gen.js';
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
  readonly kind: string;
  readonly time?: string;
  readonly protocol?: string;
  readonly address?: string;
  readonly port?: number;
  readonly name?: string;
  /** Why: a rule, or the default. */
  readonly why?: string;
  readonly rule?: string | number;
  /** How often it happened. */
  readonly count?: number;
  /** The smallest change of the policy that would allow it. */
  readonly suggestion?: readonly PatchOperation[];
}

/** How a run ended. */
export interface SandboxExit {
  /** Why it ended. Never `refused` or `setup`: those are errors. */
  reason: Reason;
  /** Of the program; null when it was killed. */
  exitCode: number | null;
  /** The signal that killed it, by its own doing or because of `reason`. */
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  /** From the start of set-up to the end. */
  durationMs: number;
  setupMs: number;
  runMs: number;
  /** Processor time of everything in the sandbox; null when nobody counted. */
  cpuMs: number | null;
  /** Bytes; null when the host cannot tell. */
  peakMemory: number | null;
  /** Who ran it. */
  backend: string;
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

/** Throws the error of a result that has one. */
function throwError(error: JsonRecord): never {
  const { code, message, ...details } = error;
  throw mxcErrorFromCode(String(code), String(message), Object.keys(details).length ? details : undefined);
}

function denialsOf(value: unknown): readonly Denial[] | null {
  return Array.isArray(value) ? (value as Denial[]) : null;
}

function exitOf(result: JsonRecord): SandboxExit {
  const setupMs = numberOr(result.setupMs, 0);
  const runMs = numberOr(result.runMs, 0);
  return {
    reason: result.reason as Reason,
    exitCode: numberOr(result.exitCode, null),
    signal: signalNames.get(numberOr(result.signal, 0)) ?? null,
    timedOut: result.reason === 'timeout',
    durationMs: setupMs + runMs,
    setupMs,
    runMs,
    cpuMs: numberOr(result.cpuMs, null),
    peakMemory: numberOr(result.peakMemoryBytes, null),
    backend: String(result.backend),
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
    durationMs: 0,
    setupMs: 0,
    runMs: 0,
    cpuMs: null,
    peakMemory: null,
    backend: '',
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
  if (!result) throw new MxcError('backend_error', `the executor ended ${ending} and left no result`);
  if (result.version !== 1)
    throw new MxcError('backend_error', `the executor's result has version ${String(result.version)}, this SDK knows 1`);
  if (isRecord(result.error)) throwError(result.error);
  return exitOf(result);
}
