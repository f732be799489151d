// SPDX-License-Identifier: MIT
// Each type that the published package exports, beside ours. 'published' stands for that package.
import type * as theirs from 'published';
import type * as ours from '@microsoft/mxc-sdk';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type AllTrue<T extends readonly true[]> = T;

/** Members of functions, of classes and of branded ids are compared by the programs. */
export type Checked = AllTrue<
  [
    Same<theirs.SandboxPolicy, ours.SandboxPolicy>,
    Same<theirs.SandboxingMethod, ours.SandboxingMethod>,
    Same<theirs.IsolationTier, ours.IsolationTier>,
    Same<theirs.ContainmentType, ours.ContainmentType>,
    Same<theirs.ContainmentBackend, ours.ContainmentBackend>,
    Same<Flat<theirs.ContainerConfig>, Flat<ours.ContainerConfig>>,
    Same<Flat<theirs.PlatformSupport>, Flat<ours.PlatformSupport>>,
    Same<Flat<theirs.UiCapabilitySupport>, Flat<ours.UiCapabilitySupport>>,
    Same<Flat<Omit<theirs.SandboxSpawnOptions, 'ptyOptions' | 'signal'>>, Flat<Omit<ours.SandboxSpawnOptions, 'ptyOptions' | 'signal'>>>,
    Same<keyof theirs.SandboxSpawnOptions, keyof ours.SandboxSpawnOptions>,
    Same<Flat<theirs.FilesystemPolicyResult>, Flat<ours.FilesystemPolicyResult>>,
    Same<Flat<theirs.ToolsPolicyOptions>, Flat<ours.ToolsPolicyOptions>>,
    Same<theirs.ErrorCode, ours.ErrorCode>,
    Same<Flat<Pick<theirs.MxcError, 'code' | 'details'>>, Flat<Pick<ours.MxcError, 'code' | 'details'>>>,
    Same<theirs.Phase, ours.Phase>,
    Same<theirs.StateAwareContainmentBackend, ours.StateAwareContainmentBackend>,
    Same<theirs.SandboxId<'isolation_session'>, ours.SandboxId<'isolation_session'>>,
    Same<Flat<Omit<theirs.IsolationSessionProvisionConfig, 'user'>>, Flat<Omit<ours.IsolationSessionProvisionConfig, 'user'>>>,
    Same<Flat<Omit<theirs.IsolationSessionStartConfig, 'user'>>, Flat<Omit<ours.IsolationSessionStartConfig, 'user'>>>,
    Same<Flat<theirs.IsolationSessionExecConfig>, Flat<ours.IsolationSessionExecConfig>>,
    Same<Flat<theirs.IsolationSessionStopConfig>, Flat<ours.IsolationSessionStopConfig>>,
    Same<Flat<theirs.IsolationSessionDeprovisionConfig>, Flat<ours.IsolationSessionDeprovisionConfig>>,
    Same<Flat<theirs.IsolationSessionProvisionMetadata>, Flat<ours.IsolationSessionProvisionMetadata>>,
    Same<Flat<theirs.StateAwareMetadata>, Flat<ours.StateAwareMetadata>>,
    Same<Flat<theirs.ProvisionResult<'isolation_session'>>, Flat<ours.ProvisionResult<'isolation_session'>>>,
    Same<Flat<theirs.StartResult<'isolation_session'>>, Flat<ours.StartResult<'isolation_session'>>>,
    Same<Flat<theirs.ExecResult>, Flat<ours.ExecResult>>,
    Same<Flat<ReturnType<typeof theirs.createConfigFromPolicy>>, Flat<ReturnType<typeof ours.createConfigFromPolicy>>>,
    Same<Flat<ReturnType<typeof theirs.getPlatformSupport>>, Flat<ReturnType<typeof ours.getPlatformSupport>>>,
  ]
>;

/** The same members, whatever the names of the types are that they are made of. */
type Flat<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? Flat<E>[]
    : { [K in keyof T]: Flat<T[K]> };
