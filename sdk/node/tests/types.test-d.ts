// SPDX-License-Identifier: MIT
// Programs that must compile, and some that must not. Nothing here runs.
import type { IPty as NodePty, IPtyForkOptions as NodePtyOptions } from 'node-pty';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import * as sdk from '#sdk';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | void => undefined;

const policy: sdk.SandboxPolicy = { version: '0.7.0-alpha' };
const plain: sdk.ContainerConfig = sdk.createConfigFromPolicy(policy, 'process', 'name');
plain.process!.env = ['A=1'];
// @ts-expect-error an addition
plain.limits = { memoryMb: 5 };
const config: sdk.ExtendedConfig = plain;
config.limits = { memoryMb: 5, processes: undefined };
config.containment = 'native';
config.network = { egress: { default: 'allow' }, proxy: undefined };

// What this project adds, and what callers compute.
const extended: sdk.ExtendedPolicy = { version: '0.8.0', network: { egress: {} }, limits: { memoryMb: 5 }, timeoutMs: undefined };
sdk.createConfigFromPolicy(extended, 'native');
void sdk.spawnSandboxAsync('x', extended, { endWithCaller: undefined, allowTestingFeatures: true });
const engines: readonly sdk.Containment[] = sdk.getPlatformSupport().availableMethods;
if (engines[0] === 'native') engines.at(0);

// The terminal is that of node-pty, both ways.
const pty: NodePty = sdk.spawnSandbox('x', policy, { ptyOptions: {} as NodePtyOptions }, undefined, undefined, process.env);
const ours: sdk.IPty = pty;
const child: ChildProcess = sdk.spawnSandboxFromConfig(config, { usePty: false });
const fromConfig: NodePty = sdk.spawnSandboxFromConfig(config, { usePty: true });
holds<Equal<ReturnType<typeof sdk.spawnSandboxAsync>, Promise<sdk.SandboxOutput>>>();

// Options that may be undefined, as callers compute them.
const maybe = undefined as string | undefined;
sdk.spawnSandboxFromConfig(config, { logDir: maybe, debug: undefined }, maybe);
sdk.getAvailableToolsPolicy(process.env, { containerType: 'processcontainer' });

// Ids are branded.
async function lifecycle(): Promise<void> {
  const { sandboxId, metadata } = await sdk.provisionSandbox('isolation_session', {
    user: new sdk.IsolationSessionUserConfig('upn', 'token'),
  });
  const name: string | undefined = metadata?.agentUserName;
  const text: string = sandboxId;
  await sdk.startSandbox(sandboxId, { configurationId: 'small' });
  await sdk.execInSandboxAsync(sandboxId, { process: { commandLine: text + name } });
  // @ts-expect-error a plain text is no id
  await sdk.stopSandbox('iso:abc');
  // @ts-expect-error an id has no such size
  await sdk.startSandbox(sandboxId, { configurationId: 'huge' });
  // @ts-expect-error exec needs a process
  await sdk.execInSandboxAsync(sandboxId, {});
  // @ts-expect-error no such backend has a lifecycle
  await sdk.provisionSandbox('bubblewrap');
}

async function newer(): Promise<void> {
  const done = await sdk.run({ command: ['x'], limits: { memoryMb: 5, processes: 3 }, timeoutMs: 5 });
  holds<Equal<typeof done.exitCode, number | null>>();
  holds<Equal<typeof done.signal, NodeJS.Signals | null>>();
  holds<Equal<typeof done.timedOut, boolean>>();
  await using sandbox = await sdk.start({ command: 'x' }, { signal: AbortSignal.timeout(5) });
  const out: Readable | null = sandbox.stdout;
  out?.pipe(process.stdout);
  const wire: sdk.Policy = { version: '1.0.0', process: { commandLine: 'x' } };
  await sdk.run(wire);
  await sdk.run(config);
  await sdk.run({ command: 'x', network: { egress: { allow: [{ to: [{ cidr: '10.0.0.0/8' }] }] } } });
  // @ts-expect-error a typing error in a key
  await sdk.run({ command: 'x', timeout: 5 });
  // @ts-expect-error a limit that does not exist
  await sdk.run({ command: 'x', limits: { memoryMB: 5 } });
  // @ts-expect-error nothing to run
  await sdk.run({ filesystem: {} });
  // @ts-expect-error no rule has such a protocol
  await sdk.run({ command: 'x', network: { egress: { allow: [{ ports: [{ protocol: 'sctp' }] }] } } });
  // @ts-expect-error a stream of run() is a text
  done.stdout.pipe(process.stdout);
}

function errors(error: unknown): sdk.ErrorCode | undefined {
  if (!(error instanceof sdk.MxcError)) return undefined;
  // @ts-expect-error the set of codes is closed
  if (error.code === 'no_such_code') return undefined;
  return error.code;
}

// @ts-expect-error a version is required
sdk.createConfigFromPolicy({});
// @ts-expect-error a child over pipes has no data events of its own
child.onData(() => {});
// @ts-expect-error a terminal has no standard error
fromConfig.stderr;

export { errors, lifecycle, newer, ours };
