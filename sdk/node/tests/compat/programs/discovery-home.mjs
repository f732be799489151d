// SPDX-License-Identifier: MIT
// Folders of the user, and temporary ones.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getTemporaryFilesPolicy, getUserProfilePolicy } from '@microsoft/mxc-sdk';
import { attempt, folder, here } from './helper.mjs';

const home = folder('home');
process.env.HOME = home;
await attempt('nothing', () => getUserProfilePolicy());
mkdirSync(join(home, '.local/lib'), { recursive: true });
await attempt('lib', () => getUserProfilePolicy());
mkdirSync(join(home, '.local/bin'));
await attempt('bin and lib', () => getUserProfilePolicy());
rmSync(join(home, '.local/lib'), { recursive: true });
writeFileSync(join(home, '.local/lib'), '');
await attempt('a file', () => getUserProfilePolicy());
process.env.HOME = `${home}/./`;
await attempt('not resolved', () => getUserProfilePolicy());
process.env.HOME = '';
await attempt('empty HOME', () => getUserProfilePolicy());

writeFileSync(join(here, 'file'), '');
for (const [name, env] of Object.entries({
  given: { TMPDIR: home }, slash: { TMPDIR: `${home}/` }, missing: { TMPDIR: join(here, 'none') }, file: { TMPDIR: join(here, 'file') },
  none: {}, empty: { TMPDIR: '' }, windows: { TEMP: home, TMP: home }, relative: { TMPDIR: '.' },
}))
  await attempt(`temporary ${name}`, () => getTemporaryFilesPolicy(env));
process.env.TMPDIR = home;
await attempt('temporary of the host', () => getTemporaryFilesPolicy());
