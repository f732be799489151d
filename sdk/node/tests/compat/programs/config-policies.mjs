// SPDX-License-Identifier: MIT
// Every section of a policy, in each containment that a policy can be turned into.
import { createConfigFromPolicy } from '@microsoft/mxc-sdk';
import { attempt, show, version } from './helper.mjs';

const policies = {
  nothing: {},
  filesystem: { filesystem: { readwritePaths: ['/a'], readonlyPaths: ['/b', '/c'], deniedPaths: ['/a/x'] } },
  keep: { filesystem: { clearPolicyOnExit: false } },
  clear: { filesystem: { clearPolicyOnExit: true, readonlyPaths: [] } },
  ui: { ui: { allowWindows: true, clipboard: 'read', allowInputInjection: true } },
  halfUi: { ui: { clipboard: 'all' } },
  timeout: { timeoutMs: 1234 },
  noTimeout: { timeoutMs: 0 },
  emptyNetwork: { network: {} },
  outbound: { network: { allowOutbound: true } },
  local: { network: { allowLocalNetwork: true } },
  allowed: { network: { allowOutbound: true, allowedHosts: ['example.org'] } },
  blocked: { network: { allowOutbound: true, blockedHosts: ['10.0.0.0/8'] } },
  noHosts: { network: { allowOutbound: true, allowedHosts: [], blockedHosts: [] } },
  hostsAlone: { network: { allowedHosts: ['example.org'] } },
  proxy: { network: { allowOutbound: true, proxy: { localhost: 8080 } } },
  proxyUrl: { network: { allowOutbound: true, allowedHosts: ['a'], proxy: { url: 'http://127.0.0.1:3128' } } },
  proxyTest: { network: { proxy: { builtinTestServer: true } } },
};

for (const containment of [undefined, 'process', 'bubblewrap', 'lxc', 'wslc'])
  for (const [name, policy] of Object.entries(policies)) {
    const make = () => createConfigFromPolicy({ version, ...policy }, containment, 'name');
    await attempt(`${containment} ${name}`, make);
    await attempt(`${containment} ${name} text`, () => JSON.stringify(make()));
  }
show('keys', Object.keys(createConfigFromPolicy({ version })));
