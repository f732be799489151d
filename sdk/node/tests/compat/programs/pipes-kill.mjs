// SPDX-License-Identifier: MIT
// kill() of a child over pipes takes the program along.
import { spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, show, version } from './helper.mjs';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', undefined]) {
  const config = { version, process: { commandLine: 'echo ready; sleep 30; echo never' } };
  const child = spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false });
  const ended = collect(child);
  child.stdout.once('data', () => child.kill(signal));
  show(String(signal), await ended);
}
