// SPDX-License-Identifier: MIT
// The little of semantic versioning that policy versions need.

const number = '(0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][\\dA-Za-z-]*)';
const strict = new RegExp(
  `^v?${number}\\.${number}\\.${number}(?:-${identifier}(?:\\.${identifier})*)?` +
    '(?:\\+[\\dA-Za-z-]+(?:\\.[\\dA-Za-z-]+)*)?$',
);

/** Major and minor of a strict semantic version, or null. */
export function parseVersion(text: unknown): { major: number; minor: number } | null {
  if (typeof text !== 'string' || text.length > 256) return null;
  const [, major, minor, patch] = strict.exec(text.trim()) ?? [];
  const parts = [major, minor, patch].map(Number);
  if (!parts.every(Number.isSafeInteger)) return null;
  return { major: parts[0]!, minor: parts[1]! };
}
