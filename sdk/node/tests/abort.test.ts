// SPDX-License-Identifier: MIT
// Many runs on one AbortSignal, with a fake executor.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  checkPolicy,
  deprovisionSandbox,
  execInSandboxAsync,
  explainPolicy,
  probe,
  provisionSandbox,
  run,
  spawnSandboxAsync,
  start,
  startSandbox,
  stopSandbox,
  type SandboxId,
} from '#sdk';
import { onAbort } from '../src/abort.js';
import { fake } from './fake.js';

const many = 60;
const id = 'iso:1' as SandboxId<'isolation_session'>;
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

function programs(body: string): { executablePath: string; skipPlatformCheck: true } {
  const { folder, path } = fake(body);
  writeFileSync(join(folder, 'mxc'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { executablePath: path, skipPlatformCheck: true };
}

type Both = ReturnType<typeof programs> & { signal: AbortSignal };

const policy = { version: '0.7.0' };
const kinds: Record<string, (both: Both) => Promise<unknown>> = {
  run: (both) => run({ command: 'x' }, both),
  start: async (both) => (await start({ command: 'x' }, both)).wait(),
  'spawnSandboxAsync over pipes': (both) => spawnSandboxAsync('x', policy, { ...both, usePty: false }),
  spawnSandboxAsync: (both) => spawnSandboxAsync('x', policy, both),
  provisionSandbox: (both) => provisionSandbox('isolation_session', {}, both),
  startSandbox: (both) => startSandbox(id, {}, both),
  stopSandbox: (both) => stopSandbox(id, {}, both),
  deprovisionSandbox: (both) => deprovisionSandbox(id, {}, both),
  execInSandboxAsync: (both) => execInSandboxAsync(id, { process: { commandLine: 'x' } }, both),
  probe: (both) => probe(both),
  checkPolicy: (both) => checkPolicy({ command: 'x' }, both),
  explainPolicy: (both) => explainPolicy({ command: 'x' }, both),
};

/** So many calls of every kind on one signal. */
function callAll(options: ReturnType<typeof programs>, signal: AbortSignal): Promise<unknown>[] {
  const calls = Object.values(kinds);
  return Array.from({ length: many }, (_, index) => calls[index % calls.length]!({ ...options, signal }));
}

async function warningsOf(body: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const keep = ({ name }: Error) => void warnings.push(name);
  process.on('warning', keep);
  await body();
  await setImmediate(); // they are told on a later turn
  process.off('warning', keep);
  return warnings;
}

test('many calls on one signal that is silent', async () => {
  const { signal } = new AbortController();
  const warnings = await warningsOf(async () => {
    const calls = callAll(programs('exit 3'), signal);
    await Promise.allSettled(calls);
  });
  assert.deepEqual([warnings, listeners(signal)], [[], 0]);
});

test('many calls on one signal that speaks', async () => {
  const control = new AbortController();
  const enough = new Error('enough');
  const warnings = await warningsOf(async () => {
    const calls = callAll(programs('exec sleep 600'), control.signal);
    await setImmediate();
    assert.equal(listeners(control.signal), 1);
    control.abort(enough);
    const reasons = (await Promise.allSettled(calls)).map((call) => call.status === 'rejected' && (call.reason as unknown));
    assert.deepEqual(new Set(reasons), new Set([enough]));
  });
  assert.deepEqual([warnings, listeners(control.signal)], [[], 0]);
});

for (const [name, call] of Object.entries(kinds))
  test(`a signal that speaks in the turn of the call: ${name}`, { timeout: 30_000 }, async () => {
    const control = new AbortController();
    const enough = new Error('enough');
    const ended = call({ ...programs('exec sleep 600'), signal: control.signal });
    control.abort(enough);
    await assert.rejects(ended, enough);
    assert.equal(listeners(control.signal), 0);
  });

test('who is over is not stopped; who comes late is', () => {
  const control = new AbortController();
  const stopped: string[] = [];
  const [first, second] = ['first', 'second'].map((name) => onAbort(control.signal, () => stopped.push(name)));
  first!();
  assert.equal(listeners(control.signal), 1);
  onAbort(control.signal, () => second!()); // one end may bring another with it
  control.abort();
  onAbort(control.signal, () => stopped.push('late'));
  assert.deepEqual([stopped, listeners(control.signal)], [['second', 'late'], 0]);
  assert.doesNotThrow(second!);
});
