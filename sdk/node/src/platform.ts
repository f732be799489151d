// SPDX-License-Identifier: MIT
// What this host can do, asked from the executor. A "yes" is kept; a "no" is asked again, since the host
// may be put right meanwhile.
import { spawnSync } from 'node:child_process';
import { findProgram, mxcBeside, namesOf, lookupHost } from './locate.js';
import { readProbe, type ProbeResult } from './probe.js';
import type { ContainmentBackend, PlatformSupport, UiCapabilitySupport } from './types.js';

const cached = new Map<string, PlatformSupport>();

/** A sandbox without a display, clipboard, input socket or system bus can touch none of these. */
function allBlocked(): UiCapabilitySupport {
  return {
    canBlockClipboardRead: true,
    canBlockClipboardWrite: true,
    canBlockInputInjection: true,
    canBlockInputMethodChanges: true,
    canBlockExternalUiObjects: true,
    canBlockGlobalUiNamespace: true,
    canBlockDesktopSwitching: true,
    canBlockLogoffOrShutdown: true,
    canBlockSystemParameterChanges: true,
    canBlockDisplaySettingsChanges: true,
  };
}

function refusal(probe: ProbeResult): string {
  const missing = probe.backends.flatMap(({ host }) => host.filter((item) => !item.yes));
  const told = missing.map(({ name, detail, remedy }) => [name, detail, remedy].filter(Boolean).join(', '));
  return told.length ? `this host lacks ${told.join('; ')}` : 'no backend can run on this host';
}

/** The answer of a probe in the shape of the published API. */
export function supportOf(probe: ProbeResult): PlatformSupport {
  const usable = probe.backends.filter((backend) => backend.available);
  if (!usable.length) return { isSupported: false, reason: refusal(probe), availableMethods: [] };
  const blocksUi = usable.some(({ features }) =>
    features.some(({ pointer, host }) => pointer === '/ui/disable' && host),
  );
  return {
    isSupported: true,
    reason: '',
    availableMethods: usable.map(({ name }) => name as ContainmentBackend),
    ...(blocksUi ? { uiCapabilities: allBlocked() } : {}),
  };
}

function ask(mxc: string): PlatformSupport {
  const { stdout, error } = spawnSync(mxc, ['probe', '--json'], { encoding: 'utf8', timeout: 5000 });
  try {
    if (error) throw error;
    return supportOf(readProbe(stdout));
  } catch (cause) {
    return { isSupported: false, reason: `${mxc} probe failed: ${(cause as Error).message}`, availableMethods: [] };
  }
}

function cachedAnswer(mxc: string): PlatformSupport {
  const known = cached.get(mxc);
  if (known) return known;
  const answer = ask(mxc);
  if (answer.isSupported) cached.set(mxc, answer);
  return answer;
}

/** Can sandboxes run here, and by which backends? */
export function getPlatformSupport(): PlatformSupport {
  const names = namesOf(process.platform);
  const mxc = findProgram(names.mxc);
  if (mxc) return structuredClone(cachedAnswer(mxc));
  return { isSupported: false, reason: names.missing, availableMethods: [] };
}

/** What the executor of a call can do; null when it is not one of this project and decides for itself. */
export function supportBeside(executor: string): PlatformSupport | null {
  const mxc = mxcBeside(executor, lookupHost());
  return mxc ? cachedAnswer(mxc) : null;
}
