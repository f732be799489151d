// SPDX-License-Identifier: MIT
// Wider types than the published ones. Functions take these; what they return is as published.
import type { PolicyLimits, PolicyRuntimeConfig } from './mxc.gen.js';
import type { NetworkRules } from './request.js';
import type { ContainerConfig, SandboxingMethod, SandboxPolicy } from './types.js';

/** Plain data whose optional members may also be there and undefined, as callers compute them. */
export type Loose<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]: Loose<T[K]> | ({} extends Pick<T, K> ? undefined : never) }
    : T;

/** Who runs it; `native` is the Linux engine of this project. */
export type Containment = SandboxingMethod | 'native';

/** What neither policies nor configurations of the published package have. */
interface Additions {
  /** From version 0.8 on, and not together with the legacy members of `network`. */
  runtimeConfig?: PolicyRuntimeConfig | undefined;
  /** An extension of this project: other executors refuse it. */
  limits?: PolicyLimits | undefined;
}

/** A {@link SandboxPolicy}, and more. */
export interface ExtendedPolicy extends Omit<Loose<SandboxPolicy>, 'network'>, Additions {
  /** The rules are for version 0.8 and newer, and not together with the legacy members. */
  network?: (Loose<NonNullable<SandboxPolicy['network']>> & NetworkRules) | undefined;
}

/** A {@link ContainerConfig}, and more. */
export interface ExtendedConfig extends Omit<Loose<ContainerConfig>, 'network' | 'containment'>, Additions {
  containment?: Containment | undefined;
  network?: (Loose<NonNullable<ContainerConfig['network']>> & NetworkRules) | undefined;
}
