// SPDX-License-Identifier: MIT
// A program in the types of the published package. It must compile with both.
import type { ChildProcess } from 'node:child_process';
import type { IPty } from 'node-pty';
import {
  buildSandboxPayload,
  ContainmentTypes,
  createConfigFromPolicy,
  deprovisionSandbox,
  execInSandbox,
  execInSandboxAsync,
  ExperimentalBackends,
  getAvailableToolsPolicy,
  getPlatformSupport,
  getTemporaryFilesPolicy,
  getUserProfilePolicy,
  IsolationSessionUserConfig,
  MxcError,
  mxcErrorFromCode,
  provisionSandbox,
  spawnSandbox,
  spawnSandboxAsync,
  spawnSandboxFromConfig,
  startSandbox,
  stopSandbox,
} from '@microsoft/mxc-sdk';
import type {
  ConfigsForBackend,
  ContainerConfig,
  ContainmentBackend,
  ContainmentType,
  DeprovisionConfigFor,
  DeprovisionMetadataFor,
  DeprovisionResult,
  ErrorCode,
  ExecConfigFor,
  ExecResult,
  FilesystemPolicyResult,
  IsolationSessionDeprovisionConfig,
  IsolationSessionExecConfig,
  IsolationSessionProvisionConfig,
  IsolationSessionProvisionMetadata,
  IsolationSessionStartConfig,
  IsolationSessionStopConfig,
  IsolationTier,
  Phase,
  PlatformSupport,
  ProvisionConfigFor,
  ProvisionMetadataFor,
  ProvisionResult,
  SandboxId,
  SandboxingMethod,
  SandboxPolicy,
  SandboxSpawnOptions,
  StartConfigFor,
  StartMetadataFor,
  StartResult,
  StateAwareContainmentBackend,
  StateAwareMetadata,
  StopConfigFor,
  StopMetadataFor,
  StopResult,
  ToolsPolicyOptions,
  UiCapabilitySupport,
} from '@microsoft/mxc-sdk';

/** Every type is used once; an unknown one does not compile. */
export interface EveryType {
  configs: ConfigsForBackend<'isolation_session'>;
  deprovision: [DeprovisionConfigFor<'isolation_session'>, DeprovisionMetadataFor<'isolation_session'>, DeprovisionResult<'isolation_session'>];
  exec: [ExecConfigFor<'isolation_session'>, ExecResult];
  provision: [ProvisionConfigFor<'isolation_session'>, ProvisionMetadataFor<'isolation_session'>, ProvisionResult<'isolation_session'>];
  start: [StartConfigFor<'isolation_session'>, StartMetadataFor<'isolation_session'>, StartResult<'isolation_session'>];
  stop: [StopConfigFor<'isolation_session'>, StopMetadataFor<'isolation_session'>, StopResult<'isolation_session'>];
  sessions: [
    IsolationSessionProvisionConfig,
    IsolationSessionStartConfig,
    IsolationSessionExecConfig,
    IsolationSessionStopConfig,
    IsolationSessionDeprovisionConfig,
    IsolationSessionProvisionMetadata,
  ];
  names: [ContainmentType, ContainmentBackend, SandboxingMethod, StateAwareContainmentBackend, IsolationTier, Phase, ErrorCode];
  more: [StateAwareMetadata, ToolsPolicyOptions, UiCapabilitySupport];
}

const policy: SandboxPolicy = {
  version: '0.7.0-alpha',
  filesystem: { readwritePaths: ['/a'], readonlyPaths: [], deniedPaths: [], clearPolicyOnExit: true },
  network: { allowOutbound: true, allowLocalNetwork: false, allowedHosts: [], blockedHosts: [], proxy: { localhost: 1 } },
  ui: { allowWindows: false, clipboard: 'none', allowInputInjection: false },
  timeoutMs: 5,
};
const options: SandboxSpawnOptions = {
  debug: true,
  experimental: true,
  executablePath: '/x',
  skipPlatformCheck: true,
  ptyOptions: { cols: 80, rows: 24 },
  dryRun: true,
  logDir: '/logs',
  usePty: true,
};

export function configs(): ContainerConfig {
  const config: ContainerConfig = createConfigFromPolicy(policy, 'bubblewrap', 'name');
  if (config.process) config.process.env = ['A=1'];
  config.lxc = { distribution: 'alpine', release: '3.23' };
  config.experimental = { wslc: { image: 'alpine', portMappings: [{ windowsPort: 1, containerPort: 2 }] } };
  return buildSandboxPayload('x', policy, '/a', 'name', 'lxc') && config;
}

export function spawns(): [IPty, IPty, ChildProcess, Promise<{ stdout: string; stderr: string; exitCode: number }>] {
  const config = configs();
  return [
    spawnSandbox('x', policy, options, '/a', 'name', process.env),
    spawnSandboxFromConfig(config, options, '/a', { A: '1' }),
    spawnSandboxFromConfig(config, { usePty: false }),
    spawnSandboxAsync('x', policy, options, '/a', 'name'),
  ];
}

export function discovery(): string[] {
  const found: FilesystemPolicyResult[] = [
    getAvailableToolsPolicy(process.env, { containerType: 'processcontainer' }),
    getTemporaryFilesPolicy({ TMPDIR: '/a' }),
    getUserProfilePolicy(),
  ];
  const support: PlatformSupport = getPlatformSupport();
  return [...found.flatMap((one) => one.readonlyPaths), ...support.availableMethods, ...ContainmentTypes, ...ExperimentalBackends];
}

export async function lifecycle(): Promise<string> {
  const user = new IsolationSessionUserConfig('upn', 'token');
  const { sandboxId, metadata } = await provisionSandbox('isolation_session', { user, version: '0.7.0-alpha' }, options);
  const id: SandboxId<'isolation_session'> = sandboxId;
  try {
    await startSandbox(id, { configurationId: 'medium' });
    const pty: IPty = execInSandbox(id, { process: { commandLine: 'x' } }, options);
    pty.kill();
    const { stdout } = await execInSandboxAsync(id, { process: { commandLine: 'x', timeout: 5 } });
    return stdout + (metadata?.agentUserName ?? '');
  } catch (error) {
    if (error instanceof MxcError) throw mxcErrorFromCode(error.code, error.message, error.details);
    throw error;
  } finally {
    await stopSandbox(id);
    await deprovisionSandbox(id, {});
  }
}
