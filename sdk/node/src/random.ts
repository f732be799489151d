// SPDX-License-Identifier: MIT
// Random names. The module for them is loaded with the first name: importing this package stays quick.
import { createRequire } from 'node:module';

let crypto: typeof import('node:crypto') | undefined;

/** So many random bytes as lower-case hex digits. */
export function randomHex(bytes: number): string {
  crypto ??= createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
  return crypto.randomBytes(bytes).toString('hex');
}
