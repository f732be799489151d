// SPDX-License-Identifier: MIT
// Runs that an AbortSignal ends. Many runs on one signal are as good as one: however many there are, the signal
// has one listener of ours, and none when all of them are over.

const runsOf = new WeakMap<AbortSignal, Set<() => void>>();

/** `this` is the signal. */
function stopAll(this: AbortSignal): void {
  const stops = runsOf.get(this) ?? [];
  runsOf.delete(this);
  for (const stop of stops) stop();
}

function add(signal: AbortSignal, stop: () => void): void {
  const known = runsOf.get(signal);
  if (known) return void known.add(stop);
  runsOf.set(signal, new Set([stop]));
  signal.addEventListener('abort', stopAll, { once: true });
}

function remove(signal: AbortSignal, stop: () => void): void {
  const stops = runsOf.get(signal);
  if (!stops?.delete(stop) || stops.size) return;
  runsOf.delete(signal);
  signal.removeEventListener('abort', stopAll);
}

/** Calls `stop` when the signal says so, and at once when it has said so already. Returns what ends that. */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) stop();
  else add(signal, stop);
  return () => remove(signal, stop);
}

/** The result, unless the signal spoke meanwhile: then its reason. `stop` is to make the result come soon. */
export async function endedBy<T>(signal: AbortSignal | undefined, stop: () => void, result: Promise<T>): Promise<T> {
  const done = onAbort(signal, stop);
  try {
    const value = await result;
    signal?.throwIfAborted();
    return value;
  } finally {
    done();
  }
}
