// SPDX-License-Identifier: MIT
// The published package and the oldest compiler that is supported, from npm: fetched once into out/, without install scripts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const publishedName = '@microsoft/mxc-sdk';
export const publishedVersion = '0.7.0';
const oldestCompiler = '5.0.4';
const wanted = [`${publishedName}@${publishedVersion}`, `typescript@${oldestCompiler}`];
const folder = fileURLToPath(new URL(`../../out/published-${publishedVersion}-typescript-${oldestCompiler}`, import.meta.url));

const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=1', '--fetch-timeout=20000', ...wanted];

/** Its node_modules, or why it cannot be had. A folder that exists is whole: it is renamed at the end. */
export function fetchPublished() {
  const modules = `${folder}/node_modules`;
  if (existsSync(folder)) return { modules };
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  writeFileSync(`${fresh}/package.json`, '{"private": true}\n');
  const done = spawnSync('npm', install, { cwd: fresh, encoding: 'utf8', timeout: 60_000 });
  if (done.error || done.status)
    return { reason: `npm cannot fetch ${wanted.join(' and ')}: ${(done.error?.message ?? done.stderr).trim().slice(-300)}` };
  renameSync(fresh, folder);
  return { modules };
}
