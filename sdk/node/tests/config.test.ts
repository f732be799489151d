// SPDX-License-Identifier: MIT
// From a policy to a configuration, on each system.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mapPolicy } from '../src/config.js';
import type { Containment, ExtendedPolicy } from '../src/extended.js';
import { parseVersion } from '../src/semver.js';

const version = '0.7.0-alpha';

function map(policy: Partial<ExtendedPolicy>, containment: Containment = 'process', platform: NodeJS.Platform = 'linux') {
  return mapPolicy({ version, ...policy }, containment, undefined, { platform, newId: () => 'deadbeef' });
}

const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

const base = {
  version,
  containerId: 'deadbeef',
  lifecycle: { destroyOnExit: true, preservePolicy: false },
  process: { commandLine: '', timeout: 0 },
};
const closed = {
  filesystem: { readwritePaths: [], readonlyPaths: [], deniedPaths: [] },
  ui: { disable: true, clipboard: 'none', injection: false },
  network: { defaultPolicy: 'block' },
};

test('an empty policy, byte for byte', () => {
  assert.equal(
    JSON.stringify(map({})),
    '{"version":"0.7.0-alpha","containerId":"deadbeef","lifecycle":{"destroyOnExit":true,"preservePolicy":false},' +
      '"process":{"commandLine":"","timeout":0},' +
      '"filesystem":{"readwritePaths":[],"readonlyPaths":[],"deniedPaths":[]},' +
      '"ui":{"disable":true,"clipboard":"none","injection":false},' +
      '"network":{"defaultPolicy":"block"},"containment":"process"}',
  );
});

test('each containment on Linux', () => {
  const lxc = { containerName: 'deadbeef', distribution: 'alpine', release: '3.23', destroyOnExit: true };
  const rows: [Containment, object][] = [
    ['process', {}],
    ['bubblewrap', {}],
    ['native', {}],
    ['lxc', { lxc }],
    ['wslc', { experimental: { wslc: { image: 'alpine:latest' } } }],
  ];
  for (const [containment, more] of rows)
    assert.deepEqual(json(map({}, containment)), { ...base, ...closed, containment, ...more });
});

test('process on the other systems', () => {
  assert.deepEqual(json(map({}, 'process', 'darwin')), { ...base, ...closed, containment: 'seatbelt', seatbelt: {} });
  const ui = { isolation: 'container', desktopSystemControl: false, systemSettings: 'none', ime: false };
  assert.deepEqual(json(map({}, 'process', 'win32')), {
    ...base,
    ...closed,
    network: { defaultPolicy: 'block', enforcementMode: 'capabilities' },
    containment: 'process',
    processContainer: { name: 'deadbeef', leastPrivilege: false, capabilities: [], ui },
  });
});

test('Windows: capabilities and enforcement follow the network', () => {
  const network = { allowOutbound: true, allowLocalNetwork: true, allowedHosts: ['a'] };
  const made = map({ network }, 'process', 'win32');
  assert.deepEqual(made.processContainer?.capabilities, ['internetClient', 'privateNetworkClientServer']);
  assert.equal(made.network?.enforcementMode, 'both');
});

test('microvm', () => {
  assert.deepEqual(json(map({}, 'microvm', 'win32')), { ...base, containment: 'microvm' });
  assert.deepEqual(json(map({ filesystem: { readonlyPaths: ['/a'] } }, 'microvm', 'win32')).filesystem, {
    readonlyPaths: ['/a'],
    clearPolicyOnExit: true,
  });
  assert.throws(() => map({}, 'microvm'), /^Error: The microvm backend is only supported on Windows/);
  assert.throws(() => map({ network: {} }, 'microvm', 'win32'), /does not support network policy enforcement/);
});

test('containments that are written by hand, and names that every object knows', () => {
  const known = ['vm', 'processcontainer', 'seatbelt', 'hyperlight', 'isolation_session'] as const;
  for (const containment of [...known, ...(['toString', 'constructor', '__proto__'] as never[])])
    assert.throws(() => map({}, containment), new Error(`Containment type '${containment}' is not yet supported.`));
});

test('the network on Linux', () => {
  const enforcement = (network: ExtendedPolicy['network']) => map({ network }).network?.enforcementMode;
  assert.equal(enforcement({ allowedHosts: ['a'] }), 'firewall');
  assert.equal(enforcement({ blockedHosts: ['a'], allowOutbound: true }), 'firewall');
  assert.equal(enforcement({ allowedHosts: [] }), undefined);
  assert.equal(enforcement({ allowedHosts: ['a'], proxy: { localhost: 1 } }), undefined);
  assert.deepEqual(map({ network: { allowOutbound: true } }).network?.defaultPolicy, 'allow');
});

test('what the network cannot be', () => {
  const proxy = { network: { proxy: { localhost: 8080 } } };
  assert.throws(() => map(proxy, 'lxc'), /not supported on Linux containment='lxc'/);
  assert.throws(() => map(proxy, 'process', 'darwin'), /^Error: Proxy configuration is not supported on macOS$/);
  assert.throws(
    () => map({ network: { allowedHosts: ['a'] } }, 'process', 'win32'),
    /^Error: allowedHosts\/blockedHosts require allowOutbound to be true$/,
  );
});

test('directions, from version 0.8 on', () => {
  const egress = { default: 'deny' as const, allow: [{ to: [{ cidr: '10.0.0.0/8' }] }] };
  const runtimeConfig = { networkProxy: 'http://localhost:3128' };
  const newer = { version: '0.8.0-alpha' };
  assert.deepEqual(json(map({ ...newer, network: { egress } })).network, { egress });
  const proxied = json(map({ ...newer, runtimeConfig }));
  assert.deepEqual([proxied.network, proxied.runtimeConfig], [undefined, runtimeConfig]);
  assert.deepEqual(json(map({ ...newer, network: { egress } }, 'process', 'win32')).network, { egress });
  assert.deepEqual(json(map(newer)).network, { defaultPolicy: 'block' });
  assert.throws(
    () => map({ network: { ingress: {} } }),
    /^Error: Schema 0\.7\.0-alpha does not support network\.egress, .* use schema 0\.8\.0-alpha or later\.$/,
  );
  for (const more of [{ network: { egress, allowOutbound: false } }, { network: { blockedHosts: [] }, runtimeConfig }])
    assert.throws(() => map({ ...newer, ...more }), /^Error: Network configuration cannot mix allowOutbound, /);
});

test('limits are an extension', () => {
  assert.deepEqual(map({ limits: { memoryMb: 5 } }).limits, { memoryMb: 5 });
  assert.ok(!('limits' in map({})));
});

test('lists are copies, the rest of the policy is kept', () => {
  const readonlyPaths = ['/a'];
  const made = map({ filesystem: { readonlyPaths, clearPolicyOnExit: false }, timeoutMs: 5 });
  readonlyPaths.push('/b');
  assert.deepEqual(made.filesystem?.readonlyPaths, ['/a']);
  assert.equal(made.lifecycle?.preservePolicy, true);
  assert.equal(made.process?.timeout, 5);
});

test('versions', () => {
  const error = (value: unknown) => {
    try {
      map({ version: value as string });
      return '';
    } catch (caught) {
      return (caught as Error).message;
    }
  };
  for (const good of ['0.4.0', '0.8.99', 'v0.5.0', '0.6.0-alpha.1+b']) assert.equal(error(good), '');
  for (const bad of ['0.5', 'abc', '0.05.0', '0.5.0-01', '=0.5.0'])
    assert.equal(error(bad), `Invalid policy version '${bad}': must be valid semver (e.g., '0.5.0' or '0.5.0-alpha')`);
  assert.equal(error(''), 'Policy version is required');
  assert.equal(error('0.3.9'), "Policy version '0.3.9' is older than supported (min: 0.4.x). Update your config.");
  for (const late of ['0.9.0', '1.0.0', '2.3.0'])
    assert.equal(error(late), `Policy version '${late}' is newer than supported (max: 0.8.x). Upgrade the SDK.`);
});

test('semantic versions', () => {
  assert.deepEqual(parseVersion(' v1.20.3-a-b.0+01 '), { major: 1, minor: 20 });
  for (const bad of ['1.2', '1.2.3.4', '1.2.3-', '1.2.3+', '1.2.3-a..b', '9007199254740993.0.0', 5, null, '1'.repeat(300)])
    assert.equal(parseVersion(bad), null);
});
