// SPDX-License-Identifier: MIT
// The blocks of code on a page.

/** Language, text and first line of each fenced block. */
export function blocksOf(page) {
  const blocks = [];
  let open = null;
  page.split('\n').forEach((line, index) => {
    const fence = /^```(\w*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) open = null;
    else blocks.push((open = { language: fence[1], line: index + 2, lines: [] }));
  });
  if (open) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}

/** What the block's console.log lines say that they print. */
export function promisesOf(block) {
  return block.lines.flatMap((line) => /console\.log\(.*\); \/\/ (.*)$/.exec(line)?.[1] ?? []);
}
