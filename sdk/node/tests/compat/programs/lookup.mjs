// SPDX-License-Identifier: MIT
// Where the executor is looked for.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch } from 'node:os';
import { spawnSandboxFromConfig } from '@microsoft/mxc-sdk';
import { attempt, collect, fake, folder, here } from './helper.mjs';

const name = arch() === 'arm64' ? 'arm64' : 'x64';
const config = { version: '0.7.0-alpha', process: { commandLine: 'x' } };
const call = async (more = {}) => {
  const { stdout, exitCode } = await collect(
    spawnSandboxFromConfig(config, { skipPlatformCheck: true, usePty: false, ...more }), '');
  return { stdout, exitCode };
};

fake('echo from MXC_BIN_DIR', 'lxc-exec', `bin/${name}`);
process.env.MXC_BIN_DIR = join(here, 'bin');
await attempt('MXC_BIN_DIR', () => call());
const given = fake('echo given');
await attempt('executablePath wins', () => call({ executablePath: given.path }));
await attempt('an empty path is none', () => call({ executablePath: '' }));
await attempt('a path that does not exist', () => call({ executablePath: join(here, 'none') }));
chmodSync(given.path, 0o644);
await attempt('a path that cannot run', () => call({ executablePath: given.path }).catch((error) => error.code));
await attempt('a path that is a folder', () => call({ executablePath: here }).catch((error) => error.code));

process.env.MXC_BIN_DIR = folder('empty');
await attempt('nothing there', () => call());
process.env.MXC_BIN_DIR = '';
await attempt('an empty MXC_BIN_DIR', () => call());
process.env.MXC_BIN_DIR = folder('plain');
writeFileSync(join(folder(`plain/${name}`), 'lxc-exec'), '#!/bin/sh\n', { mode: 0o644 });
await attempt('a file that cannot run', () => call());
process.env.MXC_BIN_DIR = folder('directory');
mkdirSync(join(folder(`directory/${name}`), 'lxc-exec'), { recursive: true });
await attempt('a folder of that name', () => call());
process.env.MXC_BIN_DIR = folder('app.asar');
fake('echo from an archive', 'lxc-exec', `app.asar/${name}`);
await attempt('in an archive', () => call());
delete process.env.MXC_BIN_DIR;
process.env.PATH = `${join(here, 'bin', name)}:${process.env.PATH}`;
await attempt('not on PATH', () => call());
