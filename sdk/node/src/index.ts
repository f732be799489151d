// SPDX-License-Identifier: MIT
// Everything that the package exports.

export { ContainmentTypes, ExperimentalBackends } from './types.js';
export type {
  ClipboardPolicy,
  ContainerConfig,
  ContainmentBackend,
  ContainmentType,
  Environment,
  IsolationTier,
  PlatformSupport,
  SandboxingMethod,
  SandboxPolicy,
  UiCapabilitySupport,
} from './types.js';
// Parts of the above; the published package has them without exporting them.
export type {
  BaseProcessUiConfig,
  FilesystemConfig,
  LifecycleConfig,
  LxcConfig,
  NetworkConfig,
  PortMapping,
  ProcessConfig,
  ProcessContainerConfig,
  ProxyPolicy,
  SeatbeltConfig,
  UiConfig,
  WslcConfig,
} from './types.js';

// What this project adds to them.
export type { Containment, ExtendedConfig, ExtendedPolicy } from './extended.js';

export { buildSandboxPayload, createConfigFromPolicy } from './config.js';
export { spawnSandbox, spawnSandboxAsync, spawnSandboxFromConfig } from './sandbox.js';
export type { SandboxOutput } from './sandbox.js';
export type { ExtendedSpawnOptions, SandboxSpawnOptions } from './prepare.js';
export type { IDisposable, IEvent, IPty, IPtyForkOptions } from './pty.js';

export { getPlatformSupport } from './platform.js';
export { getAvailableToolsPolicy, getTemporaryFilesPolicy, getUserProfilePolicy } from './discovery.js';
export type { FilesystemPolicyResult, ToolsPolicyOptions } from './discovery.js';

export { MxcError, mxcErrorFromCode } from './errors.js';
export type { ErrorCode } from './errors.js';

export {
  deprovisionSandbox,
  execInSandbox,
  execInSandboxAsync,
  provisionSandbox,
  startSandbox,
  stopSandbox,
} from './lifecycle.js';
export { IsolationSessionUserConfig } from './lifecycle-types.js';
export type * from './lifecycle-types.js';

export { run } from './run.js';
export type { RunOptions, RunResult } from './run.js';
export { start } from './start.js';
export type { EndingSignal, Sandbox, StartOptions } from './start.js';
export type { Limits, NetworkRules, RunRequest, SandboxRequest } from './request.js';
export type { Denial, PatchOperation, SandboxExit } from './result.js';
export { checkPolicy, explainPolicy, probe } from './inspect.js';
export type { InspectOptions, PolicyCheck, PolicyFinding, PolicyPlan } from './inspect.js';
export type { ProbeBackend, ProbeFeature, ProbeItem, ProbeResult } from './probe.js';
export type * from './mxc.gen.js';
