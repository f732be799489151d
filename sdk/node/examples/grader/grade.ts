// SPDX-License-Identifier: MIT
// Grading: each test runs the submission in a sandbox of its own, so that no test sees another.
import { run, type RunResult, type SandboxRequest } from '@mxc/sdk';

export interface Exercise {
  input: string;
  expected: string;
}

export interface Submission {
  language: keyof typeof commands;
  source: string;
  tests: Exercise[];
}

export interface Grade {
  passed: boolean;
  /** `passed`, `wrong answer`, `failed`, or the limit that it ran into. */
  verdict: string;
}

/** Sources come as an argument: there is no file that a submission could change. */
const commands = {
  python: (source: string) => ['python3', '-I', '-c', source],
  shell: (source: string) => ['/bin/sh', '-c', source, 'submission'],
};
export const languages = Object.keys(commands);

const limits = { memoryMb: 128, processes: 16, outputMb: 1, fileSizeMb: 1, tmpMb: 8 };
const timeoutMs = 2000;

const verdicts: Partial<Record<RunResult['reason'], string>> = {
  timeout: 'too slow',
  oom: 'too much memory',
  pids: 'too many processes',
  output: 'too much output',
};

function verdictOf({ reason, exitCode, stdout }: RunResult, expected: string): string {
  if (verdicts[reason] !== undefined) return verdicts[reason];
  if (reason !== 'exit' || exitCode !== 0) return 'failed';
  return stdout.trimEnd() === expected.trimEnd() ? 'passed' : 'wrong answer';
}

async function gradeOne(command: string[], { input, expected }: Exercise): Promise<Grade> {
  const request: SandboxRequest = { command, limits, timeoutMs, environment: { PATH: '/usr/bin:/bin' } };
  const verdict = verdictOf(await run(request, { input }), expected);
  return { passed: verdict === 'passed', verdict };
}

export async function grade({ language, source, tests }: Submission): Promise<Grade[]> {
  const grades: Grade[] = [];
  for (const test of tests) grades.push(await gradeOne(commands[language](source), test));
  return grades;
}
