// SPDX-License-Identifier: MIT
// Packs the package with the built programs in bin/<arch>, in a folder of its own: the sources stay as they are.
// usage: node tools/pack.mjs [--x64 FOLDER] [--arm64 FOLDER] [--out FOLDER]
// FOLDER holds 'mxc', 'lxc-exec' and, where it could be built, 'mxc-net'; without any, those of this machine from build/release. The tarball's path
// is the one line on standard output.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));
const programs = [
  { name: 'mxc', isStatic: true },
  { name: 'lxc-exec', isStatic: true },
  // Started only for policies that open the network; distributions have no static libslirp.
  { name: 'mxc-net', isStatic: false },
];
/** Machine numbers of ELF, and the tool that takes names of functions away. */
const machines = {
  x64: { elf: 62, strip: 'x86_64-linux-gnu-strip' },
  arm64: { elf: 183, strip: 'aarch64-linux-gnu-strip' },
};
const programHeaderInterpreter = 3;

/** Throws unless it is a program for the machine and, if it is to be static, needs no library of the host. */
function checkProgram(path, machine, isStatic) {
  const bytes = readFileSync(path);
  if (bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${path} is no ELF program`);
  if (bytes.readUInt16LE(18) !== machine.elf) throw new Error(`${path} is for another machine`);
  const start = Number(bytes.readBigUInt64LE(32));
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  for (let index = 0; index < count; index++)
    if (isStatic && bytes.readUInt32LE(start + index * size) === programHeaderInterpreter)
      throw new Error(`${path} is not static: it would not start on every Linux`);
}

function strip(tool, path) {
  try {
    execFileSync(tool, [path], { stdio: 'ignore' });
  } catch {
    // Without the tool the package is larger, and works.
  }
}

function place(name, folder, stage) {
  const target = join(stage, 'bin', name);
  mkdirSync(target, { recursive: true });
  for (const { name: program, isStatic } of programs) {
    if (!isStatic && !existsSync(join(folder, program))) continue;
    const path = join(target, program);
    copyFileSync(join(folder, program), path);
    chmodSync(path, 0o755);
    strip(machines[name].strip, path);
    checkProgram(path, machines[name], isStatic);
  }
}

/** Everything that the package consists of, except for the programs. */
function copySources(stage) {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const part of ['package.json', ...files.filter((name) => name !== 'bin/')])
    cpSync(join(root, part), join(stage, part), { recursive: true });
}

function pack(stage, out) {
  mkdirSync(out, { recursive: true });
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const [packed] = JSON.parse(execFileSync('npm', words, { cwd: stage, encoding: 'utf8' }));
  return join(out, packed.filename.replace('@', '').replace('/', '-'));
}

function main() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { x64: text, arm64: text, out: text } });
  const own = arch() === 'arm64' ? 'arm64' : 'x64';
  const given = Object.keys(machines).some((name) => values[name]);
  const folders = given ? values : { [own]: join(root, '../../build/release/src/cli') };
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('there is no dist/: npm run build');
  const stage = mkdtempSync(join(tmpdir(), 'mxc-pack-'));
  try {
    copySources(stage);
    for (const name of Object.keys(machines)) if (folders[name]) place(name, resolve(folders[name]), stage);
    console.log(pack(stage, resolve(values.out ?? join(root, 'out'))));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

main();
