// SPDX-License-Identifier: MIT
// Names of containers: given ones, and made ones.
import { buildSandboxPayload, createConfigFromPolicy } from '@microsoft/mxc-sdk';
import { show, version } from './helper.mjs';

const id = (name) => createConfigFromPolicy({ version }, 'process', name).containerId;
show('given', id('my-box'));
show('empty', /^[0-9a-f]{8}$/.test(id('')) ? 'made' : id(''));
show('made', /^[0-9a-f]{8}$/.test(id(undefined)));
show('different', id(undefined) !== id(undefined));
const lxc = createConfigFromPolicy({ version }, 'lxc');
show('lxc', lxc.lxc.containerName === lxc.containerId);
show('payload', buildSandboxPayload('x', { version }, undefined, 'my-box').containerId);
