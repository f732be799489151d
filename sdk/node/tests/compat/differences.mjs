// SPDX-License-Identifier: MIT
// Where this package answers otherwise than the published one, and why. A row that no longer makes a
// difference fails the comparison, so the table stays true.

const unforgeable =
  'errors come from a file that only the caller and the executor can reach: what a program prints is output';

/** Program, the names of its results, and the reason. */
export const differences = [
  { program: 'async-forged', results: /^(status 1|another executor)( fails)?$/, reason: unforgeable },
  { program: 'lifecycle-answers', results: /^exec error with status 1( fails)?$/, reason: unforgeable },
  {
    program: 'async',
    results: /^(refused|network) fails$/,
    reason: "the error's details tell the executor's own code and the place in the policy",
  },
  { program: 'async', results: /^usePty false$/, reason: 'without a terminal the streams are apart, and as they were written' },
  { program: 'async', results: /^the executor killed( fails)?$/, reason: 'an executor that was killed says nothing of the program' },
  { program: 'exports', results: /^more$/, reason: 'run(), start() and the questions about policies are additions' },
  {
    program: 'checks-platform',
    results: /^(methods|more)$/,
    reason: "the executor's probe is asked, not PATH; it also knows what is kept from the desktop",
  },
  {
    program: 'checks-platform',
    results: /^(lxc|seatbelt|macos_sandbox) /,
    reason: 'whether an executor of somebody else has a backend is left to that executor',
  },
  {
    program: 'log-fails',
    results: /^(argv|standard error)$/,
    reason: 'a log file that cannot be opened is not handed on; the words are those of the call that failed',
  },
];
