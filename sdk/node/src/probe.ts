// SPDX-License-Identifier: MIT
// The answer of 'mxc probe --json'.
import { isRecord } from './wire.js';

/** A feature of the policy: can the backend enforce it at all, and can it here? */
export interface ProbeFeature {
  feature: string;
  /** JSON pointer of the policy key. */
  pointer: string;
  backend: boolean;
  host: boolean;
}

/** Something that the host has or lacks, and what to do about a "no". */
export interface ProbeItem {
  name: string;
  yes: boolean;
  detail: string;
  remedy: string;
}

export interface ProbeBackend {
  name: string;
  available: boolean;
  features: ProbeFeature[];
  host: ProbeItem[];
}

export interface ProbeResult {
  backends: ProbeBackend[];
}

function isBackend(value: unknown): value is ProbeBackend {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.available === 'boolean' &&
    Array.isArray(value.features) &&
    Array.isArray(value.host)
  );
}

export function readProbe(text: string): ProbeResult {
  const answer: unknown = JSON.parse(text);
  if (!isRecord(answer) || !Array.isArray(answer.backends) || !answer.backends.every(isBackend))
    throw new Error('its answer has another shape than this SDK knows');
  return answer as unknown as ProbeResult;
}
