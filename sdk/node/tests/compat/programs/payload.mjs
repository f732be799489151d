// SPDX-License-Identifier: MIT
// buildSandboxPayload: script and folder filled in.
import { buildSandboxPayload } from '@microsoft/mxc-sdk';
import { attempt, version } from './helper.mjs';

await attempt('all', () => buildSandboxPayload('echo hi', { version, timeoutMs: 5 }, '/work', 'name', 'bubblewrap'));
await attempt('short', () => buildSandboxPayload('echo hi', { version }, undefined, 'name'));
await attempt('text', () => JSON.stringify(buildSandboxPayload('echo hi', { version }, undefined, 'name')));
await attempt('lxc', () => buildSandboxPayload('echo hi', { version }, '', 'name', 'lxc'));
await attempt('wslc', () => buildSandboxPayload('echo hi', { version }, '/', 'name', 'wslc'));
await attempt('no script', () => buildSandboxPayload('', { version }, undefined, 'name'));
await attempt('a bad version', () => buildSandboxPayload('x', { version: '9' }));
await attempt('vm', () => buildSandboxPayload('x', { version }, undefined, undefined, 'vm'));
