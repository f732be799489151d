// SPDX-License-Identifier: MIT
// The check of the platform, on a host that has bubblewrap alone.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getPlatformSupport, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, fake, folder, show, version } from './helper.mjs';

const tools = folder('tools');
writeFileSync(join(tools, 'bwrap'), '#!/bin/sh\necho bubblewrap 0.8.0\n', { mode: 0o755 });
process.env.PATH = `${tools}:/usr/bin:/bin`;
const executor = fake('exit 0');
const call = (containment, options = {}) =>
  collect(spawnSandboxFromConfig({ version, containment, process: { commandLine: 'x' } },
    { executablePath: executor.path, usePty: false, ...options }), '');

const { isSupported, reason, availableMethods, ...more } = getPlatformSupport();
show('supported', isSupported);
show('reason', reason);
show('methods', availableMethods);
show('more', more);
for (const containment of [undefined, 'process', 'vm', 'bubblewrap', 'lxc', 'seatbelt', 'macos_sandbox', 'wslc'])
  for (const options of [{}, { experimental: true }])
    await attempt(`${containment} ${JSON.stringify(options)}`, () => call(containment, options));
