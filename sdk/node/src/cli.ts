#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// `npx mxc`: hands over to the program of this package, with its streams, its descriptors and its status.
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { resolveMxc } from './locate.js';

const handedOn: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const setupFailed = 255;

/** Those before the command of the guest. */
function optionsOf(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end < 0 ? words : words.slice(0, end);
}

/** Descriptors that options such as `--result-fd 3` name; what the guest gets is not decided here. */
function namedDescriptors(options: readonly string[]): number[] {
  return options.flatMap((word, index) => {
    const [name, value = options[index + 1]] = word.split('=', 2);
    const fd = Number(value);
    return /^--(?:[a-z]+-fd|events)$/.test(name ?? '') && Number.isInteger(fd) && fd > 2 && fd < 1024 ? [fd] : [];
  });
}

function stdioFor(descriptors: readonly number[]): ('inherit' | 'ignore' | 'pipe' | number)[] {
  const highest = Math.max(2, ...descriptors);
  return Array.from({ length: highest + 1 }, (_, fd) => (fd < 3 ? 'inherit' : descriptors.includes(fd) ? fd : 'ignore'));
}

/** Killing us must end the run, too: one more descriptor hangs up when we are gone. */
function start(program: string, words: readonly string[]): ChildProcess {
  const options = optionsOf(words);
  const stdio = stdioFor(namedDescriptors(options));
  if (words[0] !== 'run' || options.some((word) => word.startsWith('--caller-fd'))) return spawn(program, words, { stdio });
  return spawn(program, ['run', `--caller-fd=${stdio.length}`, ...words.slice(1)], { stdio: [...stdio, 'pipe'] });
}

function fail(error: unknown): void {
  console.error(`mxc: ${(error as Error).message}`);
  process.exitCode = setupFailed;
}

function main(words: string[]): void {
  const child = start(resolveMxc(undefined), words);
  for (const signal of handedOn) process.on(signal, () => child.kill(signal));
  child.on('error', fail);
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal!] ?? 0);
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
