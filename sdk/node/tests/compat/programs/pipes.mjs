// SPDX-License-Identifier: MIT
// A program over pipes: streams apart, byte for byte, with standard input.
import { createConfigFromPolicy, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collect, show, version } from './helper.mjs';

const call = (script, input = '') => {
  const config = createConfigFromPolicy({ version });
  config.process.commandLine = script;
  return collect(spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false }), input);
};
show('hello', await call('echo hello'));
show('apart', await call('echo out; echo err >&2; exit 3'));
show('input', await call('tr a-z A-Z', 'hello\nworld'));
show('empty input', await call('wc -c'));
show('bytes', await call("printf 'a\\000b\\377' | od -An -tx1"));
show('large', (await call('head -c 300000 /dev/zero | tr "\\0" x')).stdout.length);
for (const script of ['exit 0', 'exit 1', 'exit 255', 'exit 300', 'kill -9 $$', 'kill -15 $$', 'no-such-command 2>/dev/null'])
  show(script, await call(script));
const child = spawnSandboxFromConfig({ version, process: { commandLine: 'echo' } }, { skipPlatformCheck: true, usePty: false });
show('child', [typeof child.pid, child.stdin !== null, child.stdout !== null, child.stderr !== null]);
await collect(child, '');
