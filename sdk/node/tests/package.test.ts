// SPDX-License-Identifier: MIT
// What the package says of itself, and what it exports.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as sdk from '#sdk';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;

test('no runtime dependency, an optional peer', () => {
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(manifest.peerDependenciesMeta, { 'node-pty': { optional: true } });
  assert.deepEqual(Object.keys(manifest.peerDependencies as object), ['node-pty']);
  assert.equal(manifest.type, 'module');
});

test('version and licence are those of the project', () => {
  assert.equal(manifest.version, read('../../VERSION').trim());
  assert.equal(read('LICENSE.md'), read('../../LICENSE'));
});

test('what is exported exists', () => {
  const entries = Object.values(manifest.exports as Record<string, string | Record<string, string>>);
  const files = entries.flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));
  for (const file of [...files, './dist/index.js.map'])
    assert.ok(existsSync(fileURLToPath(new URL(`../../${file}`, import.meta.url))), file);
});

test('the exact set of names: the published ones, and ours', () => {
  const published =
    'ContainmentTypes ExperimentalBackends IsolationSessionUserConfig MxcError buildSandboxPayload createConfigFromPolicy ' +
    'deprovisionSandbox execInSandbox execInSandboxAsync getAvailableToolsPolicy getPlatformSupport getTemporaryFilesPolicy ' +
    'getUserProfilePolicy mxcErrorFromCode provisionSandbox spawnSandbox spawnSandboxAsync spawnSandboxFromConfig ' +
    'startSandbox stopSandbox';
  const ours = 'checkPolicy explainPolicy probe run start';
  assert.deepEqual(Object.keys(sdk).sort(), `${published} ${ours}`.split(' ').sort());
});

test('lists and errors', () => {
  assert.deepEqual(sdk.ContainmentTypes, ['process', 'vm', 'microvm']);
  assert.deepEqual(sdk.ExperimentalBackends, ['microvm', 'windows_sandbox', 'hyperlight', 'wslc', 'isolation_session']);
  const error = new sdk.MxcError('stale_id', 'gone');
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.code, error.message, `${error}`], ['MxcError', 'stale_id', 'gone', 'MxcError: gone']);
  assert.ok(Object.hasOwn(error, 'details'));
  const unknown = sdk.mxcErrorFromCode('no_such_code', 'm', { a: 1 });
  assert.deepEqual([unknown.code, unknown.details], ['no_such_code', { a: 1 }]);
});
