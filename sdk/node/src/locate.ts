// SPDX-License-Identifier: MIT
// Where the executor is. There is no look-up on PATH: a program found by chance is no executor.
import { accessSync, constants, statSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the look-up depends on. */
export interface LookupHost {
  platform: NodeJS.Platform;
  arch: string;
  binDir: string | undefined;
  packageRoot: string;
}

interface SystemNames {
  executor: string;
  mxc: string;
  missing: string;
}

const unixMissing = (name: string) => `${name} not found. Ensure it is built and available in a standard location.`;

const linux: SystemNames = { executor: 'lxc-exec', mxc: 'mxc', missing: unixMissing('lxc-exec') };
const darwin: SystemNames = { executor: 'mxc-exec-mac', mxc: 'mxc', missing: unixMissing('mxc-exec-mac') };
const windows: SystemNames = {
  executor: 'wxc-exec.exe',
  mxc: 'mxc.exe',
  missing: 'wxc-exec.exe not found. Set options.executablePath or ensure it exists in a standard location.',
};

export function namesOf(platform: NodeJS.Platform): SystemNames {
  return platform === 'linux' ? linux : platform === 'darwin' ? darwin : windows;
}

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** This host, as it is now: MXC_BIN_DIR may change between two calls. */
export function lookupHost(): LookupHost {
  return { platform: process.platform, arch: arch(), binDir: process.env.MXC_BIN_DIR, packageRoot };
}

/** A clone of the project: what `./build.sh` made. Two folders above an installed package is what others installed. */
function builtFolders(packageRoot: string): string[] {
  const parts = packageRoot.split(sep);
  const repository = join(packageRoot, '..', '..');
  const cloned = parts.slice(-2).join('/') === 'sdk/node' && !parts.includes('node_modules');
  if (!cloned || !exists(join(repository, 'meson.build'))) return [];
  return ['release', 'debug'].map((kind) => join(repository, 'build', kind, 'src', 'cli'));
}

/** Folders in the order in which they are looked at. */
export function candidateFolders(host: LookupHost): string[] {
  const folder = host.arch === 'arm64' ? 'arm64' : 'x64';
  return [
    ...(host.binDir ? [resolve(host.binDir, folder)] : []),
    join(host.packageRoot, 'bin', folder),
    ...builtFolders(host.packageRoot),
  ];
}

function isProgram(path: string, platform: NodeJS.Platform): boolean {
  if (path.includes('.asar')) return false;
  try {
    if (!statSync(path).isFile()) return false;
    if (platform !== 'win32') accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first program of this name in the documented folders, or null. */
export function findProgram(name: string, host: LookupHost = lookupHost()): string | null {
  const paths = candidateFolders(host).map((folder) => join(folder, name));
  return paths.find((path) => isProgram(path, host.platform)) ?? null;
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The executor of one-shot and lifecycle calls, a given one as it is. Null: there is none. */
export function findExecutor(executablePath: string | undefined, host: LookupHost = lookupHost()): string | null {
  return executablePath || findProgram(namesOf(host.platform).executor, host);
}

/** What was found, or the reason why nothing can be started. A given path is only checked to exist. */
export function resolveExecutor(
  executablePath: string | undefined,
  host: LookupHost = lookupHost(),
  found: string | null = findExecutor(executablePath, host),
): string {
  if (!found) throw new Error(namesOf(host.platform).missing);
  if (executablePath && !exists(found)) throw new Error(`File not found: ${found}`);
  return resolve(found); // it may be started in another folder, whose files are not to be trusted
}

/** The `mxc` that stands beside an executor, or null: then the executor is not one of this project. */
export function mxcBeside(executor: string, host: LookupHost = lookupHost()): string | null {
  const path = resolve(dirname(executor), namesOf(host.platform).mxc);
  return isProgram(path, host.platform) ? path : null;
}

/** `mxc` for the verbs: beside the given executor, else in the documented folders. */
export function resolveMxc(executablePath: string | undefined, host: LookupHost = lookupHost()): string {
  const name = namesOf(host.platform).mxc;
  const found = executablePath ? mxcBeside(resolveExecutor(executablePath, host), host) : findProgram(name, host);
  if (!found)
    throw new Error(
      `${name} not found${executablePath ? ` beside ${executablePath}` : ''}. ` +
        'Ensure it is built and available in a standard location.',
    );
  return found;
}
