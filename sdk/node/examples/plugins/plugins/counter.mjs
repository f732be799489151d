// SPDX-License-Identifier: MIT
// A good plugin that keeps a file in its folder.
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

for await (const line of createInterface(process.stdin)) {
  const { id, text } = JSON.parse(line);
  appendFileSync('seen.txt', `${text}\n`);
  console.log(JSON.stringify({ id, text: `${readFileSync('seen.txt', 'utf8').split('\n').length - 1} so far` }));
}
