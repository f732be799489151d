// SPDX-License-Identifier: MIT
// Runs the compiled tests, or those whose names are given. MXC_BUILD names the folder of the built executor.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../out/tests/', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.js') && (!wanted.length || wanted.includes(name.replace('.test.js', ''))))
  .map((name) => join(folder, name));
if (!files.length) throw new Error('there are no such tests');

const bin = mkdtempSync(join(tmpdir(), 'mxc-bin-'));
const build = process.env.MXC_BUILD;
if (build) symlinkSync(resolve(build), join(bin, arch() === 'arm64' ? 'arm64' : 'x64'));
const env = build ? { ...process.env, MXC_BIN_DIR: bin } : process.env;
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { env, stdio: 'inherit' });
rmSync(bin, { recursive: true });
process.exit(status ?? 1);
