// SPDX-License-Identifier: MIT
// What can be imported below the package.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attempt, show } from './helper.mjs';

const about = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('@microsoft/mxc-sdk/package.json')), 'utf8'));
show('type', about.type);
show('main', about.main);
show('engines', about.engines);
show('importable', Object.keys(about.exports));
for (const path of ['dist/index.js', 'dist/sandbox.js', 'src/index.ts', 'bin/x64/lxc-exec'])
  await attempt(path, () => import.meta.resolve(`@microsoft/mxc-sdk/${path}`).length > 0).catch(() => {});
