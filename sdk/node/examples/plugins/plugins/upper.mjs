// SPDX-License-Identifier: MIT
// A good plugin: upper case.
import { createInterface } from 'node:readline';

for await (const line of createInterface(process.stdin)) {
  const { id, text } = JSON.parse(line);
  console.log(JSON.stringify({ id, text: text.toUpperCase() }));
}
