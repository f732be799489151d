// SPDX-License-Identifier: MIT
// A bad plugin: the second question has no answer.
import { createInterface } from 'node:readline';

for await (const line of createInterface(process.stdin)) {
  const { id, text } = JSON.parse(line);
  if (id > 1) for (;;);
  console.log(JSON.stringify({ id, text }));
}
