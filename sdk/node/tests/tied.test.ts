// SPDX-License-Identifier: MIT
// A program that uses this package is killed, or a thread of it is ended: nothing of its sandboxes goes on. On the real
// executor.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync, readFileSync, writeFileSync, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { getPlatformSupport } from '#sdk';
import { folder } from './fake.js';

const support = process.env.MXC_BUILD ? getPlatformSupport() : null;
const skip = !support ? 'MXC_BUILD is not set' : support.isSupported ? false : (support.reason ?? '');
const { href: index } = new URL('../../dist/index.js', import.meta.url);
const { pathname: command } = new URL('../../src/mxc.sh', import.meta.url);

/** Ways to start `script` in a sandbox that may write to `here`, told to a program of its own. */
const ways: Record<string, string> = {
  'run()': 'await sdk.run(request)',
  'start()': "await sdk.start(request, { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })",
  'spawnSandboxAsync on a terminal': 'await sdk.spawnSandboxAsync(script, policy)',
  'spawnSandboxAsync over pipes': 'await sdk.spawnSandboxAsync(script, policy, { usePty: false })',
  spawnSandbox: 'sdk.spawnSandbox(script, policy)',
  'spawnSandboxFromConfig, asked for': 'sdk.spawnSandboxFromConfig(config, { usePty: false, endWithCaller: true })',
};

function hostText(way: string, here: string, script: string): string {
  return `
    import * as sdk from ${JSON.stringify(index)};
    const script = ${JSON.stringify(script)};
    const filesystem = { readwritePaths: [${JSON.stringify(here)}] };
    const request = { command: script, filesystem };
    const policy = { version: '0.7.0-alpha', filesystem };
    const config = sdk.buildSandboxPayload(script, policy);
    setInterval(() => {}, 1e6);
    ${way};`;
}

/** A program whose worker starts the sandbox; told so, it ends the worker and goes on. */
const workerHost = `
  import { Worker } from 'node:worker_threads';
  const worker = new Worker(new URL('./worker.mjs', import.meta.url));
  process.on('SIGUSR2', () => worker.terminate());
  setInterval(() => {}, 1e6);`;

/** Of a program its executors, whichever thread started them; of an executor the sandbox. */
function childrenOf({ pid }: ChildProcess): number[] {
  const lists = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}

/** A number is not given again so soon; who was not reaped yet does nothing any more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 200 && pids.some(isAlive); tries++) await later(50);
  return !pids.some(isAlive);
}

/** The guest holds the other end of this as long as anything of it lives. */
async function heard(fifo: ReadStream): Promise<void> {
  const [said] = (await once(fifo, 'data')) as [Buffer];
  assert.equal(String(said), 'ready\n');
}

type Words = (here: string, script: string) => [program: string, ...args: string[]];

/** With the signal everything of the sandbox ends, whether the program does or not. */
async function endsWith(signal: 'SIGKILL' | 'SIGUSR2', words: Words): Promise<void> {
  const here = folder();
  const path = join(here, 'fifo');
  assert.equal(spawnSync('mkfifo', ['-m', '666', path]).status, 0);
  const fifo = createReadStream(path);
  const [program, ...args] = words(here, `exec 9>${path}; echo ready >&9; exec sleep 600`);
  const host = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const early = once(host, 'exit').then(async () => (await open(path, 'r+')).close()); // else nobody might ever open the fifo
  try {
    await heard(fifo);
    const children = childrenOf(host);
    assert.ok(children.length);
    const ended = once(fifo, 'end');
    host.kill(signal);
    await ended; // no guest
    assert.ok(await gone(children));
    assert.equal(isAlive(host.pid!), signal !== 'SIGKILL');
  } finally {
    host.kill('SIGKILL');
    await early;
    fifo.destroy();
  }
}

for (const [name, way] of Object.entries(ways))
  test(`the caller is killed: ${name}`, { skip, timeout: 60_000 }, () =>
    endsWith('SIGKILL', (here, script) => {
      const place = join(here, 'host.mjs');
      writeFileSync(place, hostText(way, here, script));
      return [process.execPath, place];
    }),
  );

for (const [name, way] of Object.entries(ways))
  test(`the worker of the caller is terminated: ${name}`, { skip, timeout: 60_000 }, () =>
    endsWith('SIGUSR2', (here, script) => {
      const place = join(here, 'host.mjs');
      writeFileSync(join(here, 'worker.mjs'), hostText(way, here, script));
      writeFileSync(place, workerHost);
      return [process.execPath, place];
    }),
  );

test('the caller is killed: the command line of the package', { skip, timeout: 60_000 }, () =>
  endsWith('SIGKILL', (here, script) => [command, 'run', '--rw', here, '--', '/bin/sh', '-c', script]),
);
