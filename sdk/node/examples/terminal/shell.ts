// SPDX-License-Identifier: MIT
// A shell in a sandbox, on your terminal: it can change one folder and nothing else.
// usage: node shell.js [FOLDER]
import { resolve } from 'node:path';
import { createConfigFromPolicy, spawnSandboxFromConfig, type IPty } from '@mxc/sdk';

const { stdin, stdout } = process;

function open(folder: string): IPty {
  const limits = { memoryMb: 512, processes: 64 };
  const config = createConfigFromPolicy({ version: '0.7.0-alpha', filesystem: { readwritePaths: [folder] }, limits });
  config.process = { commandLine: 'exec /bin/sh -i', cwd: folder };
  const size = { cols: stdout.columns || 80, rows: stdout.rows || 24 };
  const env = { TERM: process.env.TERM ?? 'xterm', PATH: '/usr/bin:/bin', HOME: folder, PS1: '(sandbox) $ ' };
  return spawnSandboxFromConfig(config, { ptyOptions: { ...size, name: env.TERM } }, folder, env);
}

/** Keys go in as they are, also Ctrl-C; output comes out; a window that changes its size tells the other. */
function connect(pty: IPty): void {
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', (keys: Buffer) => pty.write(keys));
  pty.onData((part) => stdout.write(part));
  stdout.on('resize', () => pty.resize(stdout.columns, stdout.rows));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => pty.kill(signal));
}

const folder = resolve(process.argv[2] ?? '.');
const pty = open(folder);
connect(pty);
pty.onExit(({ exitCode }) => {
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.pause();
  console.log(`\r\nleft the sandbox of ${folder}, exit code ${exitCode}`);
  process.exitCode = exitCode;
});
