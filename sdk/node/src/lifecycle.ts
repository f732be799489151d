// SPDX-License-Identifier: MIT
// Sandboxes that outlive one call.
import { endedBy, onAbort } from './abort.js';
import { envelopeOf, openChannel, type ResultChannel } from './channel.js';
import { endKindly, endTerminalKindly, launched } from './child.js';
import { collect, type Collected } from './collect.js';
import { backendOf, makeEnvelope, readAnswer } from './envelope.js';
import { executorEnv } from './environment.js';
import { mxcErrorFromCode } from './errors.js';
import type {
  DeprovisionConfigFor,
  DeprovisionResult,
  ExecConfigFor,
  ExecResult,
  ProvisionConfigFor,
  ProvisionResult,
  SandboxId,
  StartConfigFor,
  StartResult,
  StateAwareContainmentBackend,
  StopConfigFor,
  StopResult,
} from './lifecycle-types.js';
import { prepareEnvelope, type ExtendedSpawnOptions } from './prepare.js';
import { spawnPty, type IPty } from './pty.js';
import type { JsonRecord } from './wire.js';

async function call(
  envelope: JsonRecord,
  options: ExtendedSpawnOptions,
  channel?: ResultChannel,
): Promise<Collected> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { executor, args } = prepareEnvelope(envelope, options);
  const child = await launched(executor, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...executorEnv(channel?.env),
  });
  child.stdin!.on('error', () => {}).end();
  return endedBy(signal, () => endKindly(child), collect(child));
}

async function phase(envelope: JsonRecord, options: ExtendedSpawnOptions): Promise<JsonRecord> {
  return readAnswer((await call(envelope, options)).stdout);
}

/** Makes a sandbox; its id is in the result. */
export async function provisionSandbox<C extends StateAwareContainmentBackend>(
  containment: C,
  config?: ProvisionConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): Promise<ProvisionResult<C>> {
  const { sandboxId, metadata } = await phase(makeEnvelope('provision', { containment }, config), options);
  return { sandboxId, metadata } as unknown as ProvisionResult<C>;
}

/** Starts a sandbox that was provisioned or stopped. */
export async function startSandbox<C extends StateAwareContainmentBackend>(
  sandboxId: SandboxId<C>,
  config?: StartConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): Promise<StartResult<C>> {
  return (await phase(makeEnvelope('start', { sandboxId }, config), options)) as StartResult<C>;
}

/** Stops a sandbox; it can be started again. */
export async function stopSandbox<C extends StateAwareContainmentBackend>(
  sandboxId: SandboxId<C>,
  config?: StopConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): Promise<StopResult<C>> {
  return (await phase(makeEnvelope('stop', { sandboxId }, config), options)) as StopResult<C>;
}

/** Removes a sandbox; its id is then dead. */
export async function deprovisionSandbox<C extends StateAwareContainmentBackend>(
  sandboxId: SandboxId<C>,
  config?: DeprovisionConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): Promise<DeprovisionResult<C>> {
  return (await phase(makeEnvelope('deprovision', { sandboxId }, config), options)) as DeprovisionResult<C>;
}

/** Runs a program in a started sandbox, on a terminal. */
export function execInSandbox<C extends StateAwareContainmentBackend>(
  sandboxId: SandboxId<C>,
  config: ExecConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): IPty {
  backendOf(sandboxId);
  const { executor, args } = prepareEnvelope(makeEnvelope('exec', { sandboxId }, config), options);
  const { ptyOptions } = options;
  const pty = spawnPty(executor, args, { cwd: process.cwd(), ...ptyOptions, ...executorEnv({}, ptyOptions?.env) });
  pty.onExit(onAbort(options.signal, () => endTerminalKindly(pty, 'SIGHUP'))); // a closed terminal, as published
  return pty;
}

/** Runs a program in a started sandbox to its end. */
export async function execInSandboxAsync<C extends StateAwareContainmentBackend>(
  sandboxId: SandboxId<C>,
  config: ExecConfigFor<C>,
  options: ExtendedSpawnOptions = {},
): Promise<ExecResult> {
  const envelope = makeEnvelope('exec', { sandboxId }, config);
  const channel = openChannel();
  try {
    const { stdout, stderr, exitCode } = await call(envelope, options, channel);
    const error = exitCode === 0 ? null : envelopeOf(channel.take());
    if (error) throw mxcErrorFromCode(error.code, error.message, error.details);
    return { stdout, stderr, exitCode: exitCode ?? -1 };
  } finally {
    channel.take();
  }
}
