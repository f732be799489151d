// SPDX-License-Identifier: MIT
// A program on a terminal.
import { spawnSandbox, spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { collectPty, fake, show, version } from './helper.mjs';

const skip = { skipPlatformCheck: true };
const shell = (script, options = {}) => spawnSandbox(script, { version }, { ...skip, ...options });
show('size', await collectPty(shell('test -t 0 && test -t 1 && test -t 2 && stty size; exit 4')));
show('merged', await collectPty(shell('echo out; echo err >&2')));
show('another size', await collectPty(shell('stty size', { ptyOptions: { cols: 40, rows: 10 } })));
show('from a config', await collectPty(spawnSandboxFromConfig({ version, process: { commandLine: 'stty size' } }, skip)));
show('usePty true', await collectPty(shell('tty >/dev/null && echo tty', { usePty: true })));
const seen = fake('stty size; echo $TERM; echo ${COMPAT_MARK-none}');
const bare = { ...skip, executablePath: seen.path };
process.env.COMPAT_MARK = 'host';
show('of the executor', await collectPty(shell('x', bare)));
show('ptyOptions', await collectPty(shell('x', { ...bare, ptyOptions: { name: 'vt100', cols: 33, rows: 7, env: { PATH: process.env.PATH } } })));
const pty = shell('cat', bare);
show('object', ['pid', 'cols', 'rows', 'process', 'onData', 'onExit', 'write', 'resize', 'kill', 'pause', 'resume', 'clear'].map((key) => [key, typeof pty[key]]));
show('cols and rows', [pty.cols, pty.rows]);
await collectPty(pty);
