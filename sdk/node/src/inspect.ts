// SPDX-License-Identifier: MIT
// Questions to the executor that start nothing: what a policy means, whether it is wise, what the host can.
import { endedBy } from './abort.js';
import { endKindly, launched } from './child.js';
import { collect, type Collected } from './collect.js';
import { errorOf, MxcError } from './errors.js';
import { resolveMxc } from './locate.js';
import { readProbe, type ProbeResult } from './probe.js';
import { policyOf, type RunRequest } from './request.js';
import { isRecord, parseRecord } from './wire.js';

export interface InspectOptions {
  signal?: AbortSignal | undefined;
  /** The executor, instead of the documented places; `mxc` is taken from the same folder. */
  executablePath?: string | undefined;
  /** Where relative paths of the policy start. Default: the working directory. */
  baseDirectory?: string | undefined;
  /** Refuse keys that other MXC executors do not know. */
  portable?: boolean | undefined;
}

/** What the executor would do, step by step. */
export interface PolicyPlan {
  backend: string;
  steps: string[];
}

/** Something in a policy that is allowed and unwise. */
export interface PolicyFinding {
  id: string;
  severity: 'info' | 'warning' | 'error';
  /** JSON pointer of the key. */
  pointer: string;
  line: number;
  column: number;
  text: string;
  remedy: string;
}

export interface PolicyCheck {
  valid: boolean;
  /** Why it is not valid. */
  error: MxcError | null;
  findings: PolicyFinding[];
}

async function ask(args: string[], options: InspectOptions, input = ''): Promise<Collected> {
  const { signal, baseDirectory } = options;
  signal?.throwIfAborted();
  const child = await launched(resolveMxc(options.executablePath), args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(baseDirectory === undefined ? {} : { cwd: baseDirectory }),
  });
  child.stdin!.on('error', () => {}).end(input);
  return endedBy(signal, () => endKindly(child), collect(child));
}

function strange(verb: string, { exitCode, stderr }: Collected): MxcError {
  return new MxcError('backend_error', `mxc ${verb} ended with status ${exitCode}: ${stderr.trim()}`);
}

const portable = (options: InspectOptions) => (options.portable ? ['--portable'] : []);

/**
 * Tells what running the request would do on this host, without doing it.
 * Rejects with an `MxcError` when it would be refused.
 */
export async function explainPolicy(request: RunRequest, options: InspectOptions = {}): Promise<PolicyPlan> {
  const policy = JSON.stringify(policyOf(request));
  const answer = await ask(['plan', '--json', ...portable(options), '-'], options, policy);
  const plan = answer.exitCode === 0 ? parseRecord(answer.stdout) : null;
  if (plan) return plan as unknown as PolicyPlan;
  const error = parseRecord(answer.stderr)?.error;
  throw isRecord(error) ? errorOf(error) : strange('plan', answer);
}

/** Tells whether a policy is valid, and what is unwise in it. A text is checked as it is, with its lines. */
export async function checkPolicy(policy: RunRequest | string, options: InspectOptions = {}): Promise<PolicyCheck> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policyOf(policy), null, 2);
  const answer = await ask(['check', '--json', ...portable(options), '-'], options, text);
  const files = parseRecord(answer.stdout)?.files;
  const file: unknown = Array.isArray(files) ? files[0] : null;
  if (!isRecord(file)) throw strange('check', answer);
  return {
    valid: file.valid === true,
    error: isRecord(file.error) ? errorOf(file.error) : null,
    findings: file.findings as PolicyFinding[],
  };
}

/** Tells what this host can enforce, for each backend, and what to do about each "no". */
export async function probe(
  options: Pick<InspectOptions, 'signal' | 'executablePath'> = {},
): Promise<ProbeResult> {
  const answer = await ask(['probe', '--json'], options);
  try {
    return readProbe(answer.stdout);
  } catch (cause) {
    throw new MxcError('backend_error', `mxc probe ended with status ${answer.exitCode}: ${String(cause)}`);
  }
}
