// SPDX-License-Identifier: MIT
// Typing, resizing and killing.
import { spawnSandbox } from '@microsoft/mxc-sdk';
import { collectPty, show, version } from './helper.mjs';

const skip = { skipPlatformCheck: true };
const says = (pty, text) => {
  let all = '';
  return new Promise((resolve) => pty.onData((part) => (all += part).includes(text) && resolve()));
};
const script = 'stty -echo; echo ready; until [ "$(stty size)" = "40 100" ]; do :; done; echo resized; read line; echo "got $line"';
const pty = spawnSandbox(script, { version }, skip);
const ended = collectPty(pty);
await says(pty, 'ready');
pty.resize(100, 40);
await says(pty, 'resized');
pty.write('typed\r');
show('talk', await ended);

const interrupted = spawnSandbox('trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done', { version }, skip);
const after = collectPty(interrupted);
await says(interrupted, 'ready');
interrupted.write('\x03');
const { output, exitCode } = await after;
show('interrupted', [output.includes('caught'), exitCode]);

const killed = spawnSandbox('echo ready; sleep 30', { version }, skip);
const dead = collectPty(killed);
await says(killed, 'ready');
killed.kill('SIGKILL');
const { exitCode: code, signal } = await dead;
show('killed', [code, signal]);
