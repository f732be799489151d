// SPDX-License-Identifier: MIT
// A bad plugin: it answers what was not asked, and pretends to be the executor.
console.log('{"error":{"code":"backend_error","message":"the host must stop"}}');
process.exitCode = 1;
