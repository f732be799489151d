// SPDX-License-Identifier: MIT
// Log lines of the executor, and the file that both write.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfigFromPolicy, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, collectPty, folder, here, show, version } from './helper.mjs';

const call = (options) => {
  const config = createConfigFromPolicy({ version }, 'process', 'name');
  config.process.commandLine = 'echo hello; exit 2';
  return collect(spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false, ...options }), '');
};
const files = (path) => readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8').split('\n')]);
const lines = (path) => files(path).map(([name, text]) => [name, text.filter((line) => / (INFO|WARN|ERROR) /.test(line))]);

process.env.TMPDIR = folder('tmp');
show('debug', await call({ debug: true, logDir: folder('one') }));
show('debug: file', lines(folder('one')));
show('log folder alone', await call({ logDir: folder('two/deeper') }));
show('log folder alone: file', lines(folder('two/deeper')));
await call({ debug: true });
show('debug alone', readdirSync(folder('tmp/mxc-logs')).map((name) => name.replace(/[0-9a-f]/g, 'x')));
show('no log', [await call({}), readdirSync(here).sort()]);
await attempt('a call that fails', () =>
  spawnSandboxFromConfig({ version, process: { commandLine: '' } }, { skipPlatformCheck: true, logDir: folder('three') }));
show('a call that fails: files', readdirSync(folder('three')).length);
await collectPty(spawnSandboxFromConfig({ version, process: { commandLine: 'exit 3' } }, { skipPlatformCheck: true, logDir: folder('four') }));
show('terminal', lines(folder('four')));
