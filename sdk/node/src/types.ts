// SPDX-License-Identifier: MIT
// What callers author, and what goes over the wire: the shapes of the published API.
import type { PolicyLimits, PolicyNetworkEgress, PolicyNetworkIngress, PolicyRuntimeConfig } from './mxc.gen.js';

/** Abstract wishes; the host decides which backend serves them. */
export type ContainmentType = 'process' | 'vm' | 'microvm';
export const ContainmentTypes: readonly ContainmentType[] = ['process', 'vm', 'microvm'];

/** Backends by name. `native` is the Linux engine of this project. */
export type ContainmentBackend =
  | 'processcontainer'
  | 'windows_sandbox'
  | 'wslc'
  | 'lxc'
  | 'microvm'
  | 'hyperlight'
  | 'seatbelt'
  | 'isolation_session'
  | 'bubblewrap'
  | 'native';

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
  filesystem?:
    | {
        readwritePaths?: string[] | undefined;
        readonlyPaths?: string[] | undefined;
        /** Wins over the two others. */
        deniedPaths?: string[] | undefined;
        /** Remove from the host what was set up for the policy. Default: true. */
        clearPolicyOnExit?: boolean | undefined;
      }
    | undefined;
  network?:
    | {
        allowOutbound?: boolean | undefined;
        allowLocalNetwork?: boolean | undefined;
        allowedHosts?: string[] | undefined;
        blockedHosts?: string[] | undefined;
        proxy?: ProxyPolicy | undefined;
        /** From version 0.8 on, and not together with the members above. */
        egress?: PolicyNetworkEgress | undefined;
        /** From version 0.8 on, and not together with the legacy members. */
        ingress?: PolicyNetworkIngress | undefined;
      }
    | undefined;
  /** From version 0.8 on, and not together with the legacy members of `network`. */
  runtimeConfig?: PolicyRuntimeConfig | undefined;
  ui?:
    | {
        allowWindows?: boolean | undefined;
        clipboard?: ClipboardPolicy | undefined;
        allowInputInjection?: boolean | undefined;
      }
    | undefined;
  /** Milliseconds after which everything in the sandbox is killed. */
  timeoutMs?: number | undefined;
  /** An extension of this project: other executors refuse it. */
  limits?: PolicyLimits | undefined;
};

export interface ProcessConfig {
  commandLine: string;
  cwd?: string | undefined;
  /** `KEY=VALUE`, the whole environment. */
  env?: string[] | undefined;
  /** Milliseconds; 0 is none. */
  timeout?: number | undefined;
}

export interface LifecycleConfig {
  destroyOnExit?: boolean | undefined;
  preservePolicy?: boolean | undefined;
}

export interface FilesystemConfig {
  readwritePaths?: string[] | undefined;
  readonlyPaths?: string[] | undefined;
  deniedPaths?: string[] | undefined;
  clearPolicyOnExit?: boolean | undefined;
}

export interface NetworkConfig {
  enforcementMode?: 'capabilities' | 'firewall' | 'both' | undefined;
  defaultPolicy?: 'allow' | 'block' | undefined;
  allowLocalNetwork?: boolean | undefined;
  allowedHosts?: string[] | undefined;
  blockedHosts?: string[] | undefined;
  proxy?: ProxyPolicy | undefined;
  removeRulesOnExit?: boolean | undefined;
  egress?: PolicyNetworkEgress | undefined;
  ingress?: PolicyNetworkIngress | undefined;
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
  name?: string | undefined;
  leastPrivilege?: boolean | undefined;
  capabilities?: string[] | undefined;
  ui?: BaseProcessUiConfig | undefined;
}

export interface LxcConfig {
  containerName?: string | undefined;
  distribution?: string | undefined;
  release?: string | undefined;
  destroyOnExit?: boolean | undefined;
}

export interface SeatbeltConfig {
  profileOverride?: string | undefined;
  nestedPty?: boolean | undefined;
  keychainAccess?: boolean | undefined;
  extraMachLookups?: string[] | undefined;
}

export interface PortMapping {
  windowsPort: number;
  containerPort: number;
  protocol?: string | undefined;
}

export interface WslcConfig {
  image?: string | undefined;
  storagePath?: string | undefined;
  targetOs?: string | undefined;
  cpuCount?: number | undefined;
  memoryMb?: number | undefined;
  gpu?: boolean | undefined;
  imageTarPath?: string | undefined;
  portMappings?: PortMapping[] | undefined;
}

/** One configuration, as it goes to the executor. */
export interface ContainerConfig {
  version: string;
  containerId?: string | undefined;
  containment?: SandboxingMethod | undefined;
  lifecycle?: LifecycleConfig | undefined;
  process?: ProcessConfig | undefined;
  processContainer?: ProcessContainerConfig | undefined;
  /** @deprecated Older spelling of `processContainer`. */
  appContainer?: ProcessContainerConfig | undefined;
  lxc?: LxcConfig | undefined;
  filesystem?: FilesystemConfig | undefined;
  network?: NetworkConfig | undefined;
  runtimeConfig?: PolicyRuntimeConfig | undefined;
  experimental?: { wslc?: WslcConfig | undefined } | undefined;
  seatbelt?: SeatbeltConfig | undefined;
  ui?: UiConfig | undefined;
  /** An extension of this project: other executors refuse it. */
  limits?: PolicyLimits | undefined;
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
  availableMethods: ContainmentBackend[];
  isolationTier?: IsolationTier;
  isolationWarnings?: string[];
  uiCapabilities?: UiCapabilitySupport;
}
