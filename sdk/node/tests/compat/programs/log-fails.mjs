// SPDX-License-Identifier: MIT
// A log file that cannot be opened is a warning.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, fake, here, show, version } from './helper.mjs';

const executor = fake('echo ran');
writeFileSync(join(here, 'file'), '');
for (const logDir of [join(here, 'file'), join(here, 'file', 'below')]) {
  const config = { version, process: { commandLine: 'x' } };
  show('output', await collect(spawnSandboxFromConfig(config, { executablePath: executor.path, skipPlatformCheck: true, usePty: false, logDir }), ''));
  show('argv', executor.seen());
}
