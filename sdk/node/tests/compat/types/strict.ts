// SPDX-License-Identifier: MIT
// A careful program in the types of the published package: every case of a union, no member that may be undefined where
// it may only be absent. It must compile with both.
import {
  createConfigFromPolicy,
  getPlatformSupport,
  MxcError,
  type ContainerConfig,
  type ContainmentBackend,
  type ContainmentType,
  type ErrorCode,
  type PlatformSupport,
  type SandboxPolicy,
  type SandboxSpawnOptions,
} from '@microsoft/mxc-sdk';

type Section<T> = NonNullable<T>;

/** One row for every backend. */
const titles: Record<ContainmentBackend, string> = {
  processcontainer: 'Process container',
  windows_sandbox: 'Windows Sandbox',
  wslc: 'WSL container',
  lxc: 'LXC',
  microvm: 'MicroVM',
  hyperlight: 'Hyperlight',
  seatbelt: 'Seatbelt',
  isolation_session: 'Session',
  bubblewrap: 'Bubblewrap',
};

export function titleOf(name: ContainmentType | ContainmentBackend): string {
  switch (name) {
    case 'process':
    case 'vm':
      return name;
    case 'processcontainer':
    case 'windows_sandbox':
    case 'wslc':
    case 'lxc':
    case 'microvm':
    case 'hyperlight':
    case 'seatbelt':
    case 'isolation_session':
    case 'bubblewrap':
      return titles[name];
    default: {
      const never: never = name;
      return never;
    }
  }
}

/** Every member, and no other. */
export const policyMembers: Record<keyof SandboxPolicy, true> = { version: true, filesystem: true, network: true, ui: true, timeoutMs: true };
export const networkMembers: Record<keyof Section<SandboxPolicy['network']>, true> = {
  allowOutbound: true, allowLocalNetwork: true, allowedHosts: true, blockedHosts: true, proxy: true,
};
export const configMembers: Record<keyof ContainerConfig, true> = {
  version: true, containerId: true, containment: true, lifecycle: true, process: true, processContainer: true, appContainer: true,
  lxc: true, filesystem: true, network: true, experimental: true, seatbelt: true, ui: true,
};
export const optionMembers: Record<keyof SandboxSpawnOptions, true> = {
  debug: true, experimental: true, executablePath: true, skipPlatformCheck: true, ptyOptions: true, dryRun: true, logDir: true,
  usePty: true, signal: true,
};

/** What is read of one goes into another: absent or a value. */
export function copied(config: ContainerConfig): ContainerConfig {
  const { process, filesystem, network, lifecycle, ui } = config;
  const part: { cwd?: string; env?: string[]; timeout?: number } = process ?? {};
  const paths: { readwritePaths?: string[]; readonlyPaths?: string[]; deniedPaths?: string[]; clearPolicyOnExit?: boolean } = filesystem ?? {};
  const hosts: { allowedHosts?: string[]; blockedHosts?: string[]; defaultPolicy?: 'allow' | 'block' } = network ?? {};
  const ends: { destroyOnExit?: boolean; preservePolicy?: boolean } = lifecycle ?? {};
  const method: ContainmentType | ContainmentBackend = config.containment ?? 'process';
  const title = titleOf(method);
  return { version: config.version, process: { commandLine: title, ...part }, filesystem: paths, network: hosts, lifecycle: ends, ...(ui ? { ui } : {}) };
}

export function made(): ContainerConfig[] {
  const policy: SandboxPolicy = { version: '0.7.0-alpha' };
  const { timeoutMs, filesystem }: { timeoutMs?: number; filesystem?: { readonlyPaths?: string[] } } = policy;
  let config = createConfigFromPolicy({ ...policy, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(filesystem ? { filesystem } : {}) });
  config = copied(config);
  const options: { executablePath?: string; signal?: AbortSignal; debug?: boolean } = {} as SandboxSpawnOptions;
  return options.debug ? [] : [config];
}

export function available(): string[] {
  const support: PlatformSupport = getPlatformSupport();
  const { reason }: { reason?: string } = support;
  const names: ContainmentBackend[] = support.availableMethods;
  return [reason ?? '', ...names.map(titleOf)];
}

/** An error of the class, or one that only looks like it. */
interface Told {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

export function told(error: unknown): Told {
  const known: Told = error instanceof MxcError ? error : { code: 'backend_error', message: String(error) };
  const asError: Pick<MxcError, 'code' | 'details'> = { code: known.code };
  return { ...known, code: asError.code };
}
