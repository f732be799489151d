// SPDX-License-Identifier: MIT
// A host of plugins that nobody has read. Each has a sandbox and a folder of its own; a bad one ends alone.
// usage: node host.js [FOLDER-OF-PLUGINS]
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from './plugin.js';

const patience = 3000;
const questions = ['hello', 'good morning'];

/** Examples are compiled into out/; the plugins are where they were written. */
const standard = fileURLToPath(new URL('../../../examples/plugins/plugins/', import.meta.url));

async function interview(name: string, file: string, data: string): Promise<void> {
  await using plugin = await Plugin.open(name, file, data);
  for (const question of questions) {
    const answer = await plugin.ask(question, patience).catch((error: Error) => error);
    if (answer instanceof Error) {
      console.log(`${name}: disabled, ${answer.message.split('\n')[0]}`);
      return;
    }
    console.log(`${name}: ${JSON.stringify(question)} -> ${JSON.stringify(answer)}`);
  }
}

async function main(): Promise<void> {
  const folder = process.argv[2] ?? standard;
  const data = await mkdtemp(join(tmpdir(), 'plugins-'));
  try {
    for (const file of (await readdir(folder)).sort()) {
      const name = basename(file, '.mjs');
      await mkdir(join(data, name));
      await interview(name, join(folder, file), join(data, name));
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

await main();
