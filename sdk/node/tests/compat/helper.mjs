// SPDX-License-Identifier: MIT
// What the programs share: they say named results, which are compared between the two packages.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

/** A folder of this run alone; it is removed afterwards. */
export const here = process.env.COMPAT_FOLDER;

export const version = '0.7.0-alpha';

/** Says a result. Members that are undefined are told too, and their order. */
export function show(name, value) {
  const text = inspect(value, { depth: null, breakLength: Infinity, maxArrayLength: null, maxStringLength: null });
  console.log(`${name} = ${text.replaceAll('\n', '\\n')}`);
}

/** What a caller can see of an error. */
export function errorOf(error) {
  const { name, message, code, details } = error;
  return { name, message, ...(code === undefined ? {} : { code }), ...('details' in error ? { details } : {}) };
}

/** Says what the function returns, or how it fails. */
export async function attempt(name, body) {
  try {
    show(name, await body());
  } catch (error) {
    show(`${name} fails`, errorOf(error));
  }
}

export function folder(name) {
  const path = join(here, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  return path;
}

/** An executor that writes down its arguments and its folder, and then does what 'body', a shell text, says. */
export function fake(body = '', name = 'fake-exec', parent = 'fake') {
  const path = join(folder(parent), name);
  const log = `${path}.args`;
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\0' "$@" >'${log}'\npwd >'${path}.cwd'\n${body}\n`, { mode: 0o755 });
  const args = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\0').slice(0, -1) : null);
  return {
    path,
    args,
    /** The arguments with the policy in clear. */
    seen: () => args()?.map((word, index) => (index === 1 ? Buffer.from(word, 'base64').toString('utf8') : word)) ?? null,
    cwd: () => readFileSync(`${path}.cwd`, 'utf8').trim(),
  };
}

/** Everything that a child over pipes says until it is over. */
export function collect(child, input) {
  return new Promise((resolve, reject) => {
    const result = { stdout: '', stderr: '' };
    child.on('error', reject);
    child.stdout.on('data', (part) => (result.stdout += part));
    child.stderr.on('data', (part) => (result.stderr += part));
    child.stdin.on('error', () => {});
    if (input !== undefined) child.stdin.end(input);
    child.on('close', (exitCode, signal) => resolve({ ...result, exitCode, signal }));
  });
}

/** The same for a terminal. */
export function collectPty(pty) {
  return new Promise((resolve) => {
    let output = '';
    pty.onData((part) => (output += part));
    pty.onExit(({ exitCode, signal }) => resolve({ output, exitCode, signal }));
  });
}
