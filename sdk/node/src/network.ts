// SPDX-License-Identifier: MIT
// The network part of the mapping from a policy to a configuration.
import type { Containment, ExtendedConfig, ExtendedPolicy } from './extended.js';
import { parseVersion } from './semver.js';

type Network = NonNullable<ExtendedConfig['network']>;

const filtersByItself: readonly Containment[] = ['wslc', 'seatbelt', 'bubblewrap', 'lxc', 'native'];
const proxyOnLinux: readonly Containment[] = ['bubblewrap', 'process', 'native'];

function checkProxy(containment: Containment, platform: NodeJS.Platform): void {
  if (platform === 'linux' && !proxyOnLinux.includes(containment))
    throw new Error(
      `Proxy configuration is not supported on Linux containment='${containment}'. ` +
        "Use containment 'bubblewrap' (or the abstract 'process') for proxy-based host filtering.",
    );
  if (platform === 'darwin') throw new Error('Proxy configuration is not supported on macOS');
}

/** Throws for what the containment cannot do. */
export function checkNetwork(
  policy: ExtendedPolicy,
  containment: Containment,
  platform: NodeJS.Platform,
): void {
  const network = policy.network;
  const unixProcess = containment === 'process' && (platform === 'linux' || platform === 'darwin');
  if (!network) return;
  if (network.proxy) checkProxy(containment, platform);
  if (hasHosts(network) && !network.allowOutbound && !filtersByItself.includes(containment) && !unixProcess)
    throw new Error('allowedHosts/blockedHosts require allowOutbound to be true');
}

function hasHosts(network: Pick<Network, 'allowedHosts' | 'blockedHosts'>): boolean {
  return Boolean(network.allowedHosts?.length || network.blockedHosts?.length);
}

export function mapNetwork(policy: ExtendedPolicy): Network {
  const network = policy.network;
  if (!network) return { defaultPolicy: 'block' };
  return {
    defaultPolicy: network.allowOutbound ? 'allow' : 'block',
    allowLocalNetwork: network.allowLocalNetwork,
    allowedHosts: network.allowedHosts,
    blockedHosts: network.blockedHosts,
    proxy: network.proxy,
  };
}

const legacyKeys = ['allowOutbound', 'allowLocalNetwork', 'allowedHosts', 'blockedHosts', 'proxy'] as const;

/** Does the policy speak of directions? Throws when it speaks of both, or when its version has none. */
export function isDirectional(policy: ExtendedPolicy): boolean {
  const { network, runtimeConfig, version } = policy;
  if (!network?.egress && !network?.ingress && !runtimeConfig) return false;
  const { major, minor } = parseVersion(version)!;
  if (legacyKeys.some((key) => network?.[key] !== undefined))
    throw new Error(
      'Network configuration cannot mix allowOutbound, allowLocalNetwork, allowedHosts, blockedHosts, or proxy ' +
        'with egress, ingress, runtimeConfig, or processContainer.network.',
    );
  if (major === 0 && minor < 8)
    throw new Error(
      `Schema ${version} does not support network.egress, network.ingress, runtimeConfig, ` +
        'or processContainer.network; use schema 0.8.0-alpha or later.',
    );
  return true;
}

/** The directional network as it is; nothing stands for what is left out. */
export function addDirectional(config: ExtendedConfig, { network, runtimeConfig }: ExtendedPolicy): void {
  if (network?.egress || network?.ingress) config.network = { egress: network.egress, ingress: network.ingress };
  if (runtimeConfig?.networkProxy !== undefined) config.runtimeConfig = { networkProxy: runtimeConfig.networkProxy };
}

/** Where a proxy is given, it does the filtering. */
export function applyLinuxNetwork(config: ExtendedConfig): void {
  const network = config.network;
  if (network && hasHosts(network) && !network.proxy) network.enforcementMode = 'firewall';
}

export function applyWindowsNetwork(config: ExtendedConfig): void {
  if (config.network?.defaultPolicy) config.network.enforcementMode = hasHosts(config.network) ? 'both' : 'capabilities';
}
