// SPDX-License-Identifier: MIT
// An agent: a model writes Python, a sandbox runs it on a copy of the workspace, and what changed is shown as a
// diff. Only with --apply does it reach the workspace.
// usage: node agent.js [--apply] FOLDER
import { existsSync } from 'node:fs';
import { cp, lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run, type RunResult } from '@mxc/sdk';
import { scripted, type Model, type Observation } from './model.js';

const mostSteps = 8;
const mostText = 4000;

/** Runs what the model wrote. It sees the workspace without its notes, no network, and no other file of ours. */
function execute(python: string, workspace: string): Promise<RunResult> {
  const notes = join(workspace, 'notes');
  return run(
    {
      command: ['python3', '-I', '-'],
      workingDirectory: workspace,
      filesystem: { readwritePaths: [workspace], deniedPaths: existsSync(notes) ? [notes] : [] },
      limits: { memoryMb: 512, processes: 16, outputMb: 1 },
      timeoutMs: 20_000,
    },
    { input: python },
  );
}

/** What the model is told: how it ended, and the end of what was printed. It is text, whatever stands in it. */
function observe(result: RunResult): Observation {
  const ok = result.reason === 'exit' && result.exitCode === 0;
  const ending = ok ? '' : `(${result.reason}, exit code ${result.exitCode})\n`;
  return { ok, text: ending + `${result.stdout}${result.stderr}`.slice(-mostText) };
}

const indented = (text: string) => text.trimEnd().replace(/^/gm, '    ');

async function work(model: Model, task: string, workspace: string): Promise<void> {
  const seen: Observation[] = [];
  for (let step = 0; step < mostSteps; step++) {
    const { say, python } = await model(task, seen);
    console.log(`model: ${say}`);
    if (python === undefined) return;
    const observation = observe(await execute(python, workspace));
    console.log(indented(observation.text));
    seen.push(observation);
  }
}

/** The program that compares reads files that the model wrote, so it runs in a sandbox, too. */
async function difference(before: string, after: string, root: string): Promise<string> {
  const { stdout } = await run({
    command: ['diff', '-ruN', before.slice(root.length + 1), after.slice(root.length + 1)],
    workingDirectory: root,
    filesystem: { readonlyPaths: [root] },
    environment: { TZ: 'UTC', PATH: '/usr/bin:/bin' },
  });
  return stdout;
}

/** Links that the model made would lead out of the workspace when somebody follows them. */
async function isPlain(path: string): Promise<boolean> {
  const about = await lstat(path);
  return about.isFile() || about.isDirectory();
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const folder = words.find((word) => word !== '--apply');
  if (folder === undefined) throw new Error('usage: agent [--apply] FOLDER');
  const root = await mkdtemp(join(tmpdir(), 'agent-'));
  const [before, after] = [join(root, 'before'), join(root, 'after')];
  try {
    for (const copy of [before, after]) await cp(resolve(folder), copy, { recursive: true });
    await work(scripted, 'Write a report of the sales by region.', after);
    console.log(await difference(before, after, root));
    if (words.includes('--apply')) await cp(after, resolve(folder), { recursive: true, filter: isPlain });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

await main();
