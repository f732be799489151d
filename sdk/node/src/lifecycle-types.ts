// SPDX-License-Identifier: MIT
// Types of the lifecycle: a sandbox that is provisioned, started, used, stopped and deprovisioned.
import type { ContainmentBackend, FilesystemConfig, ProcessConfig } from './types.js';

/** The symbol that `node:util` publishes under this name. */
const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

export type Phase = 'provision' | 'start' | 'exec' | 'stop' | 'deprovision';

/** Backends that the lifecycle calls know. */
export type StateAwareContainmentBackend = Extract<ContainmentBackend, 'isolation_session'>;

/** Names one sandbox. A plain string at run time; keep it to find the sandbox again. */
export type SandboxId<C extends StateAwareContainmentBackend> = string & {
  readonly __mxcBrand: 'SandboxId';
  readonly __mxcBackend: C;
};

/** Whose session it is. Inspecting it, as `console.log` does, does not show the token. */
export class IsolationSessionUserConfig {
  readonly upn: string;
  readonly wamToken: string;

  constructor(upn: string, wamToken: string) {
    this.upn = upn;
    this.wamToken = wamToken;
  }

  [inspectCustom](): string {
    return `IsolationSessionUserConfig { upn: '${this.upn}', wamToken: '<redacted>' }`;
  }
}

export interface IsolationSessionProvisionConfig {
  version?: string;
  filesystem?: FilesystemConfig;
  user?: IsolationSessionUserConfig;
}

export interface IsolationSessionStartConfig {
  version?: string;
  configurationId?: 'small' | 'medium' | 'large' | 'composable';
  user?: IsolationSessionUserConfig;
}

export interface IsolationSessionExecConfig {
  version?: string;
  process: ProcessConfig;
}

export interface IsolationSessionStopConfig {
  version?: string;
}

export interface IsolationSessionDeprovisionConfig {
  version?: string;
}

export interface IsolationSessionProvisionMetadata {
  agentUserName: string;
}

/** Configuration of each phase. */
export type ConfigsForBackend<C extends StateAwareContainmentBackend> = C extends 'isolation_session'
  ? {
      provision: IsolationSessionProvisionConfig;
      start: IsolationSessionStartConfig;
      exec: IsolationSessionExecConfig;
      stop: IsolationSessionStopConfig;
      deprovision: IsolationSessionDeprovisionConfig;
    }
  : never;

export type ProvisionConfigFor<C extends StateAwareContainmentBackend> = ConfigsForBackend<C>['provision'];
export type StartConfigFor<C extends StateAwareContainmentBackend> = ConfigsForBackend<C>['start'];
export type ExecConfigFor<C extends StateAwareContainmentBackend> = ConfigsForBackend<C>['exec'];
export type StopConfigFor<C extends StateAwareContainmentBackend> = ConfigsForBackend<C>['stop'];
export type DeprovisionConfigFor<C extends StateAwareContainmentBackend> = ConfigsForBackend<C>['deprovision'];

/** What phases tell beside their success. */
export interface StateAwareMetadata {
  isolation_session?: { provision?: IsolationSessionProvisionMetadata };
}

type MetadataFor<C extends StateAwareContainmentBackend, P extends Phase> =
  P extends keyof NonNullable<StateAwareMetadata[C]> ? NonNullable<StateAwareMetadata[C]>[P] : undefined;

export type ProvisionMetadataFor<C extends StateAwareContainmentBackend> = MetadataFor<C, 'provision'>;
export type StartMetadataFor<C extends StateAwareContainmentBackend> = MetadataFor<C, 'start'>;
export type StopMetadataFor<C extends StateAwareContainmentBackend> = MetadataFor<C, 'stop'>;
export type DeprovisionMetadataFor<C extends StateAwareContainmentBackend> = MetadataFor<C, 'deprovision'>;

export interface ProvisionResult<C extends StateAwareContainmentBackend> {
  sandboxId: SandboxId<C>;
  metadata?: ProvisionMetadataFor<C>;
}

export interface StartResult<C extends StateAwareContainmentBackend> {
  metadata?: StartMetadataFor<C>;
}

export interface StopResult<C extends StateAwareContainmentBackend> {
  metadata?: StopMetadataFor<C>;
}

export interface DeprovisionResult<C extends StateAwareContainmentBackend> {
  metadata?: DeprovisionMetadataFor<C>;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}
