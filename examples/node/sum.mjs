// SPDX-License-Identifier: MIT
// Adds the numbers from 1 to N, in a worker thread, so that threads are shown to work.
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (isMainThread) {
  const last = Number(process.argv[2]);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: last });
  worker.on('message', (sum) => console.log(sum));
} else {
  let sum = 0;
  for (let i = 1; i <= workerData; i++) sum += i;
  parentPort.postMessage(sum);
}
