// SPDX-License-Identifier: MIT
// What a program said, without what differs from run to run.

const patterns = [
  [/mxc-diag-[\dT-]+-[0-9a-f]{6}\.log/g, '<log>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '<time>'],
  [/"durationMs":\d+/g, '"durationMs":<ms>'],
  [/completed in \d+ ?ms/g, 'completed in <ms>'],
  [/run-[A-Za-z0-9]{6}/g, 'run-<id>'],
  [/\b[0-9a-f]{8}\b/g, '<id>'],
];

/** The text with 'places', a record of text to replacement, and times and ids taken out. */
export function normalise(text, places) {
  const plain = Object.entries(places).reduce((all, [place, name]) => all.replaceAll(place, name), text);
  return patterns.reduce((all, [pattern, name]) => all.replace(pattern, name), plain);
}

/** Results by name; what was not said by show() comes under the name 'output'. */
export function resultsOf(stdout, stderr, status) {
  const results = new Map();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [, name, value] = /^(.+?) = (.*)$/.exec(line) ?? [null, 'output', line];
    results.set(name, results.has(name) ? `${results.get(name)}\n${value}` : value);
  }
  return results.set('status', String(status)).set('standard error', stderr);
}
