// SPDX-License-Identifier: MIT
// What callers author, and what goes over the wire: the types of the published API, as they are spelt there. What this
// project adds to them is in extended.ts, so that a program which was written for the others compiles with these.

/** Abstract wishes; the host decides which backend serves them. */
export type ContainmentType = 'process' | 'vm' | 'microvm';
export const ContainmentTypes: readonly ContainmentType[] = ['process', 'vm', 'microvm'];

/** Backends by name: those of the published package. {@link Containment} has ours as well. */
export type ContainmentBackend =
  | 'processcontainer'
  | 'windows_sandbox'
  | 'wslc'
  | 'lxc'
  | 'microvm'
  | 'hyperlight'
  | 'seatbelt'
  | 'isolation_session'
  | 'bubblewrap';

/** Either of the two. */
export type SandboxingMethod = ContainmentType | ContainmentBackend;

/** Backends that need `experimental: true`. */
export const ExperimentalBackends: readonly SandboxingMethod[] = [
  'microvm',
  'windows_sandbox',
  'hyperlight',
  'wslc',
  'isolation_session',
];

/** Older spellings that are still understood. */
export const legacyAliases: Readonly<Record<string, ContainmentBackend>> = {
  appcontainer: 'processcontainer',
  macos_sandbox: 'seatbelt',
};

export type ClipboardPolicy = 'none' | 'read' | 'write' | 'all';
export type ProxyPolicy = { builtinTestServer: true } | { localhost: number } | { url: string };

/** An environment, as `process.env` has it. A variable that is undefined is not passed. */
export type Environment = { [key: string]: string | undefined };

/** What a program in the sandbox may do. What is left out is denied. */
export type SandboxPolicy = {
  /** Version of the policy format, such as `0.7.0-alpha`. */
  version: string;
  filesystem?: {
    readwritePaths?: string[];
    readonlyPaths?: string[];
    /** Wins over the two others. */
    deniedPaths?: string[];
    /** Remove from the host what was set up for the policy. Default: true. */
    clearPolicyOnExit?: boolean;
  };
  network?: {
    allowOutbound?: boolean;
    allowLocalNetwork?: boolean;
    allowedHosts?: string[];
    blockedHosts?: string[];
    proxy?: ProxyPolicy;
  };
  ui?: {
    allowWindows?: boolean;
    clipboard?: ClipboardPolicy;
    allowInputInjection?: boolean;
  };
  /** Milliseconds after which everything in the sandbox is killed. */
  timeoutMs?: number;
};

export interface ProcessConfig {
  commandLine: string;
  cwd?: string;
  /** `KEY=VALUE`, the whole environment. */
  env?: string[];
  /** Milliseconds; 0 is none. */
  timeout?: number;
}

export interface LifecycleConfig {
  destroyOnExit?: boolean;
  preservePolicy?: boolean;
}

export interface FilesystemConfig {
  readwritePaths?: string[];
  readonlyPaths?: string[];
  deniedPaths?: string[];
  clearPolicyOnExit?: boolean;
}

export interface NetworkConfig {
  enforcementMode?: 'capabilities' | 'firewall' | 'both';
  defaultPolicy?: 'allow' | 'block';
  allowLocalNetwork?: boolean;
  allowedHosts?: string[];
  blockedHosts?: string[];
  proxy?: ProxyPolicy;
  removeRulesOnExit?: boolean;
}

export interface UiConfig {
  disable: boolean;
  clipboard: ClipboardPolicy;
  injection: boolean;
}

export interface BaseProcessUiConfig {
  isolation: 'desktop' | 'handles' | 'atoms' | 'container';
  desktopSystemControl: boolean;
  systemSettings: string;
  ime: boolean;
}

export interface ProcessContainerConfig {
  name?: string;
  leastPrivilege?: boolean;
  capabilities?: string[];
  ui?: BaseProcessUiConfig;
}

export interface LxcConfig {
  containerName?: string;
  distribution?: string;
  release?: string;
  destroyOnExit?: boolean;
}

export interface SeatbeltConfig {
  profileOverride?: string;
  nestedPty?: boolean;
  keychainAccess?: boolean;
  extraMachLookups?: string[];
}

export interface PortMapping {
  windowsPort: number;
  containerPort: number;
  protocol?: string;
}

export interface WslcConfig {
  image?: string;
  storagePath?: string;
  targetOs?: string;
  cpuCount?: number;
  memoryMb?: number;
  gpu?: boolean;
  imageTarPath?: string;
  portMappings?: PortMapping[];
}

/** One configuration, as it goes to the executor. */
export interface ContainerConfig {
  version: string;
  containerId?: string;
  containment?: SandboxingMethod;
  lifecycle?: LifecycleConfig;
  process?: ProcessConfig;
  processContainer?: ProcessContainerConfig;
  /** @deprecated Older spelling of `processContainer`. */
  appContainer?: ProcessContainerConfig;
  lxc?: LxcConfig;
  filesystem?: FilesystemConfig;
  network?: NetworkConfig;
  experimental?: { wslc?: WslcConfig | undefined };
  seatbelt?: SeatbeltConfig;
  ui?: UiConfig;
}

export type IsolationTier = 'base-container' | 'appcontainer-bfs' | 'appcontainer-dacl';

/** What the host can keep a program from doing with the desktop. */
export interface UiCapabilitySupport {
  canBlockClipboardRead: boolean;
  canBlockClipboardWrite: boolean;
  canBlockInputInjection: boolean;
  canBlockInputMethodChanges: boolean;
  canBlockExternalUiObjects: boolean;
  canBlockGlobalUiNamespace: boolean;
  canBlockDesktopSwitching: boolean;
  canBlockLogoffOrShutdown: boolean;
  canBlockSystemParameterChanges: boolean;
  canBlockDisplaySettingsChanges: boolean;
}

export interface PlatformSupport {
  isSupported: boolean;
  /** Why not; empty when it is supported. */
  reason?: string;
  /** Also `native`, the engine of this project, which the published union does not have: see {@link Containment}. */
  availableMethods: ContainmentBackend[];
  isolationTier?: IsolationTier;
  isolationWarnings?: string[];
  uiCapabilities?: UiCapabilitySupport;
}
