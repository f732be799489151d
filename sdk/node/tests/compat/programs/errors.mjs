// SPDX-License-Identifier: MIT
// The error class.
import { MxcError, mxcErrorFromCode } from '@microsoft/mxc-sdk';
import { attempt, errorOf, show } from './helper.mjs';

const codes = ['malformed_request', 'unsupported_containment', 'unsupported_phase', 'backend_unavailable', 'malformed_id',
  'stale_id', 'not_provisioned', 'not_started', 'already_started', 'already_stopped', 'policy_validation', 'backend_error'];
for (const code of codes) show(code, errorOf(new MxcError(code, 'text', { code })));
const plain = new MxcError('stale_id', 'text');
show('own', Object.getOwnPropertyNames(plain).filter((name) => name !== 'stack').sort());
show('instance', [plain instanceof MxcError, plain instanceof Error, plain.constructor === MxcError]);
show('as text', [String(plain), Object.prototype.toString.call(plain), JSON.stringify(plain)]);
show('stack', plain.stack.split('\n')[0]);
show('from a code', errorOf(mxcErrorFromCode('backend_error', 'text', { a: 1 })));
show('from a code that is none', errorOf(mxcErrorFromCode('no_such_code', 'text')));
show('from a code: class', mxcErrorFromCode('x', 'y') instanceof MxcError);
await attempt('thrown', () => {
  throw mxcErrorFromCode('not_started', 'text');
});
