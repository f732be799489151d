// SPDX-License-Identifier: MIT
// Runs each program with the published package and with this one, and compares what they say.
// usage: MXC_BUILD=FOLDER node tests/compat/run.mjs [--show] [PROGRAM...]; status 77: it could not be compared
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences } from './differences.mjs';
import { normalise, resultsOf } from './results.mjs';
import { fetchPublished, publishedName } from './published.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));
const ownName = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name;

function cannot(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

/** A project with one package, which has no executor of its own, and with the programs in its words. */
function makeProject(work, name, source, modules) {
  const folder = join(work, name === ownName ? 'ours' : 'published');
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  for (const part of ['dist', 'package.json']) cpSync(join(source, part), join(target, part), { recursive: true });
  for (const peer of ['node-pty', 'semver'].filter((part) => readdirSync(modules).includes(part)))
    symlinkSync(join(modules, peer), join(folder, 'node_modules', peer));
  cpSync(join(here, 'helper.mjs'), join(folder, 'helper.mjs'));
  for (const file of readdirSync(join(here, 'programs'))) {
    const text = readFileSync(join(here, 'programs', file), 'utf8');
    writeFileSync(join(folder, file), text.replaceAll(publishedName, name));
  }
  return { name, folder };
}

/** The programs in types/, in the words of the project; ours also compares the types one by one. */
function makeTypes(project, modules) {
  const folder = join(project.folder, 'types');
  cpSync(join(here, 'types'), folder, { recursive: true });
  if (project.name === ownName) cpSync(join(here, 'same.ts'), join(folder, 'same.ts'));
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const program = join(folder, name);
    writeFileSync(program, readFileSync(program, 'utf8').replaceAll(publishedName, project.name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}\n');
  for (const name of ['@types', 'undici-types']) symlinkSync(join(root, 'node_modules', name), join(project.folder, 'node_modules', name));
  symlinkSync(join(modules, publishedName), join(project.folder, 'node_modules/published'));
}

/** Do they compile with the project's package? Says what the compiler says. */
function compiles(project, modules) {
  const compiler = JSON.parse(readFileSync(join(modules, 'typescript/package.json'), 'utf8')).version;
  const tsc = join(modules, 'typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(project.folder, 'types')], { encoding: 'utf8' });
  console.log(`${status ? 'DIFFERS' : 'same   '} types: compile with ${project.name} and TypeScript ${compiler}${status ? `\n${stdout}` : ''}`);
  return status === 0;
}

function runProgram(work, project, program) {
  const folder = mkdtempSync(join(work, 'run-'));
  const temporary = mkdtempSync(join(work, 'tmp-'));
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: temporary, COMPAT_FOLDER: folder, MXC_BIN_DIR: join(work, 'bin') };
  const child = spawn(process.execPath, [join(project.folder, program)], { cwd: project.folder, env, timeout: 60_000 });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (part) => (said[stream] += part));
  child.stdin.end();
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (status, signal) => {
      const places = { [folder]: '<folder>', [temporary]: '<temporary>', [project.folder]: '<project>', [project.name]: '<package>' };
      done(resultsOf(normalise(said.stdout, places), normalise(said.stderr, places), signal ?? status));
    });
  });
}

/** Names of results that differ, with the reason from the table or null. */
function compare(program, published, ours) {
  const rows = differences.filter((row) => row.program === program);
  const names = [...new Set([...published.keys(), ...ours.keys()])];
  return names
    .filter((name) => published.get(name) !== ours.get(name))
    .map((name) => ({ name, row: rows.find((row) => row.results.test(name)) ?? null }));
}

function tell(program, published, ours, found, verbose) {
  const bad = found.filter(({ row }) => !row);
  console.log(`${bad.length ? 'DIFFERS' : 'same   '} ${program}: ${ours.size} results`);
  for (const { name, row } of found) {
    if (row && !verbose) continue;
    console.log(`        ${row ? 'wanted ' : ''}${name}\n          published: ${published.get(name)}\n          ours:      ${ours.get(name)}`);
  }
  for (const row of new Set(found.flatMap(({ row }) => (row ? [row] : []))))
    console.log(`        otherwise, ${found.filter((other) => other.row === row).length} results: ${row.reason}`);
}

async function compareAll(work, projects, programs, verbose) {
  const used = new Set();
  let failures = 0;
  for (const program of programs) {
    const [published, ours] = await Promise.all(projects.map((project) => runProgram(work, project, program)));
    const found = compare(program.replace('.mjs', ''), published, ours);
    found.forEach(({ row }) => used.add(row));
    failures += found.filter(({ row }) => !row).length;
    if (ours.size < 3) failures += 1;
    tell(program.replace('.mjs', ''), published, ours, found, verbose);
  }
  const stale = differences.filter((row) => programs.includes(`${row.program}.mjs`) && !used.has(row));
  for (const { program, results } of stale) console.log(`STALE   ${program} ${results}: there is no such difference`);
  return failures + stale.length;
}

async function main() {
  const build = process.env.MXC_BUILD;
  if (!build) cannot('MXC_BUILD does not name the folder of the built executor');
  const { modules, reason } = fetchPublished();
  if (!modules) cannot(reason);
  const words = process.argv.slice(2);
  const wanted = words.filter((word) => word !== '--show').map((word) => `${word}.mjs`);
  const programs = readdirSync(join(here, 'programs')).filter((name) => !wanted.length || wanted.includes(name)).sort();
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'mxc-compat-')));
  try {
    mkdirSync(join(work, 'bin'));
    symlinkSync(resolve(build), join(work, 'bin', arch() === 'arm64' ? 'arm64' : 'x64'));
    const projects = [
      makeProject(work, publishedName, join(modules, publishedName), modules),
      makeProject(work, ownName, root, join(root, 'node_modules')),
    ];
    const differing = await compareAll(work, projects, programs, words.includes('--show'));
    projects.forEach((project) => makeTypes(project, modules));
    // The oldest compiler that is supported, and the one that this package is made with.
    const pairs = projects.flatMap((project) => [modules, join(root, 'node_modules')].map((place) => [project, place]));
    const failures = differing + pairs.filter((pair) => !compiles(...pair)).length;
    console.log(`${programs.length} programs, and those in types, ${failures} unwanted differences`);
    return failures || !programs.length ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

process.exitCode = await main();
