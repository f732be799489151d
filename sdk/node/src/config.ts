// SPDX-License-Identifier: MIT
// From a policy to the configuration of one run. The host is a parameter, so each mapping is tested everywhere.
import type { Containment, ExtendedConfig, ExtendedPolicy } from './extended.js';
import { addDirectional, applyLinuxNetwork, applyWindowsNetwork, checkNetwork, isDirectional, mapNetwork } from './network.js';
import { randomHex } from './random.js';
import { parseVersion } from './semver.js';
import type { ContainerConfig } from './types.js';

const oldest = { major: 0, minor: 4 };
const newest = { major: 0, minor: 8 };

/** The two things of the host that the mapping depends on. */
export interface MappingHost {
  platform: NodeJS.Platform;
  newId(): string;
}

const thisHost: MappingHost = { platform: process.platform, newId: () => randomHex(4) };

export const microvmElsewhere = 'The microvm backend is only supported on Windows (requires WHP/Hyper-V).';

function checkVersion(version: string): void {
  if (!version) throw new Error('Policy version is required');
  const parsed = parseVersion(version);
  if (!parsed)
    throw new Error(`Invalid policy version '${version}': must be valid semver (e.g., '0.5.0' or '0.5.0-alpha')`);
  const rank = parsed.major * 1e9 + parsed.minor;
  if (rank < oldest.major * 1e9 + oldest.minor)
    throw new Error(`Policy version '${version}' is older than supported (min: 0.4.x). Update your config.`);
  if (rank > newest.major * 1e9 + newest.minor)
    throw new Error(`Policy version '${version}' is newer than supported (max: 0.8.x). Upgrade the SDK.`);
}

function baseConfig(policy: ExtendedPolicy, containerId: string): ExtendedConfig {
  return {
    version: policy.version,
    containerId,
    lifecycle: { destroyOnExit: true, preservePolicy: !(policy.filesystem?.clearPolicyOnExit ?? true) },
    process: { commandLine: '', timeout: policy.timeoutMs ?? 0 },
  };
}

function microvm(config: ExtendedConfig, policy: ExtendedPolicy, host: MappingHost): ExtendedConfig {
  const { readwritePaths, readonlyPaths, deniedPaths, clearPolicyOnExit } = policy.filesystem ?? {};
  if (host.platform !== 'win32') throw new Error(microvmElsewhere);
  if (policy.network)
    throw new Error(
      'The microvm backend does not support network policy enforcement. ' +
        'Remove policy.network or use a different containment backend.',
    );
  config.containment = 'microvm';
  if (readwritePaths?.length || readonlyPaths?.length || deniedPaths?.length)
    config.filesystem = {
      readwritePaths,
      readonlyPaths,
      deniedPaths,
      clearPolicyOnExit: clearPolicyOnExit ?? true,
    };
  return config;
}

function processcontainer(config: ExtendedConfig, policy: ExtendedPolicy): void {
  const capabilities: string[] = [];
  if (policy.network?.allowOutbound) capabilities.push('internetClient');
  if (policy.network?.allowLocalNetwork) capabilities.push('privateNetworkClientServer');
  config.processContainer = {
    name: config.containerId,
    leastPrivilege: false,
    capabilities,
    ui: { isolation: 'container', desktopSystemControl: false, systemSettings: 'none', ime: false },
  };
  applyWindowsNetwork(config);
}

type Section = (config: ExtendedConfig, policy: ExtendedPolicy) => void;

const seatbelt: Section = (config) => {
  config.containment = 'seatbelt';
  config.seatbelt = {};
};

/** What `process` means on each system. */
const processOn: Partial<Record<NodeJS.Platform, Section>> = {
  linux: (config) => applyLinuxNetwork(config),
  darwin: seatbelt,
};

/** What each containment adds. The others are written by hand. */
const sections: Partial<Record<Containment, Section>> = {
  bubblewrap: (config) => applyLinuxNetwork(config),
  native: (config) => applyLinuxNetwork(config),
  lxc: (config) => {
    config.lxc = {
      containerName: config.containerId,
      distribution: 'alpine',
      release: '3.23',
      destroyOnExit: true,
    };
    applyLinuxNetwork(config);
  },
  wslc: (config) => {
    config.experimental = { wslc: { image: 'alpine:latest' } };
  },
};

function sectionOf(containment: Containment, host: MappingHost): Section | undefined {
  if (containment === 'process') return processOn[host.platform] ?? processcontainer;
  return Object.hasOwn(sections, containment) ? sections[containment] : undefined;
}

function addNetwork(
  config: ExtendedConfig,
  policy: ExtendedPolicy,
  containment: Containment,
  host: MappingHost,
): void {
  if (isDirectional(policy)) {
    addDirectional(config, policy);
    return;
  }
  checkNetwork(policy, containment, host.platform);
  config.network = mapNetwork(policy);
}

export function mapPolicy(
  policy: ExtendedPolicy,
  containment: Containment,
  containerName: string | undefined,
  host: MappingHost,
): ExtendedConfig {
  checkVersion(policy.version);
  const config = baseConfig(policy, containerName ?? host.newId());
  if (containment === 'microvm') return microvm(config, policy, host);
  config.filesystem = {
    readwritePaths: [...(policy.filesystem?.readwritePaths ?? [])],
    readonlyPaths: [...(policy.filesystem?.readonlyPaths ?? [])],
    deniedPaths: [...(policy.filesystem?.deniedPaths ?? [])],
  };
  config.ui = {
    disable: !(policy.ui?.allowWindows ?? false),
    clipboard: policy.ui?.clipboard ?? 'none',
    injection: policy.ui?.allowInputInjection ?? false,
  };
  addNetwork(config, policy, containment, host);
  const section = sectionOf(containment, host);
  if (!section) throw new Error(`Containment type '${containment}' is not yet supported.`);
  config.containment = containment;
  section(config, policy);
  if (policy.limits) config.limits = { ...policy.limits };
  return config;
}

/**
 * Turns a policy into the configuration of a run. The result is a plain object to edit; its
 * `process.commandLine` is empty and must be filled in.
 */
export function createConfigFromPolicy(
  policy: ExtendedPolicy,
  containment: Containment = 'process',
  containerName?: string,
): ContainerConfig {
  return mapPolicy(policy, containment, containerName, thisHost) as ContainerConfig;
}

/** The same with the program and its working directory filled in. */
export function buildSandboxPayload(
  script: string,
  policy: ExtendedPolicy,
  workingDirectory?: string,
  containerName?: string,
  containment: Containment = 'process',
): ContainerConfig {
  const config = createConfigFromPolicy(policy, containment, containerName);
  config.process!.commandLine = script;
  config.process!.cwd = workingDirectory!; // a member even when there is none, as in the published package
  return config;
}
