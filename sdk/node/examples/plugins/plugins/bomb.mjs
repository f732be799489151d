// SPDX-License-Identifier: MIT
// A bad plugin: it takes all memory that there is.
const kept = [];
process.stdin.once('data', () => {
  for (;;) kept.push(Buffer.alloc(16 << 20, 1));
});
