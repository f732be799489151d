// SPDX-License-Identifier: MIT
// A dry run starts nothing.
import { readdirSync, realpathSync } from 'node:fs';
import { createConfigFromPolicy, spawnSandboxAsync, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, folder, show, version } from './helper.mjs';

const work = realpathSync(folder('work'));
const call = (filesystem) => {
  const config = createConfigFromPolicy({ version, filesystem }, 'process', 'name');
  config.process.commandLine = `touch ${work}/made`;
  return collect(spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false, dryRun: true }), '');
};
show('passes', await call({ readwritePaths: [work] }));
show('would be refused', await call({ readwritePaths: [`${work}/none`] }));
show('asynchronous', await spawnSandboxAsync('touch made', { version }, { skipPlatformCheck: true, dryRun: true }));
show('made', readdirSync(work));
