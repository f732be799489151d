// SPDX-License-Identifier: MIT
// Grants that many programs need: tools of the host, the user's programs, temporary files.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Environment } from './types.js';

export interface FilesystemPolicyResult {
  readonlyPaths: string[];
  readwritePaths: string[];
}

export interface ToolsPolicyOptions {
  /** Windows: leave out what every app container may read anyway. */
  containerType?: 'processcontainer';
}

/** Variables that name folders, in the order of the result. True: a list of folders. */
const toolVariables: readonly (readonly [name: string, list: boolean])[] = [
  ['PYTHONPATH', true],
  ['PYTHONHOME', false],
  ['VCINSTALLDIR', false],
  ['VSINSTALLDIR', false],
  ['PSModulePath', true],
  ['VCPKG_ROOT', false],
  ['GOPATH', false],
  ['GOROOT', false],
  ['CARGO_HOME', false],
  ['RUSTUP_HOME', false],
  ['JAVA_HOME', false],
  ['NVM_HOME', false],
  ['NVM_SYMLINK', false],
  ['NODE_PATH', true],
  ['DOTNET_ROOT', false],
  ['CONDA_PREFIX', false],
  ['LD_LIBRARY_PATH', true],
  ['VIRTUAL_ENV', false],
  ['PYENV_ROOT', false],
];

const systemFolders = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/boot', '/proc', '/sys', '/dev'];

/** What the discovery depends on. */
export interface DiscoveryHost {
  platform: NodeJS.Platform;
  windowsFolder: string;
  isFolder(path: string): boolean;
  isFile(path: string): boolean;
  foldersIn(path: string): string[];
  /** Windows: may every app container read this folder? */
  isOpenToContainers(path: string): boolean;
}

function stats(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

function guarded<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

function isOpenToContainers(path: string): boolean {
  return guarded(() => {
    const list = execFileSync('icacls', [path], { timeout: 5000, encoding: 'utf8', stdio: 'pipe' });
    return list.includes('ALL APPLICATION PACKAGES') || list.includes('S-1-15-2-1');
  }, false);
}

const thisHost: DiscoveryHost = {
  platform: process.platform,
  windowsFolder: process.env.WINDIR || 'C:\\Windows',
  isFolder: (path) => guarded(() => stats(path)?.isDirectory() ?? false, false),
  isFile: (path) => guarded(() => stats(path)?.isFile() ?? false, false),
  foldersIn: (path) =>
    guarded(
      () => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
      [],
    ),
  isOpenToContainers,
};

const pathsOf = (host: DiscoveryHost) => (host.platform === 'win32' ? win32 : posix);

/** Absolute, each once, the first one kept. */
function resolved(paths: string[], host: DiscoveryHost): string[] {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const absolute = pathsOf(host).resolve(path);
    const key = host.platform === 'win32' ? absolute.toLowerCase() : absolute;
    if (!seen.has(key)) seen.set(key, absolute);
  }
  return [...seen.values()];
}

function isBelow(path: string, folder: string, host: DiscoveryHost): boolean {
  const fold = (text: string) => (host.platform === 'win32' ? text.toLowerCase() : text);
  return fold(path) === fold(folder) || fold(path).startsWith(fold(folder) + pathsOf(host).sep);
}

function isSystem(path: string, host: DiscoveryHost): boolean {
  const folders = host.platform === 'win32' ? [host.windowsFolder] : systemFolders;
  return folders.some((folder) => isBelow(path, folder, host));
}

function list(value: string, host: DiscoveryHost): string[] {
  return value.split(pathsOf(host).delimiter).filter(Boolean);
}

function toolFolders(env: Environment, host: DiscoveryHost): string[] {
  const named = toolVariables.flatMap(([name, isList]) => {
    const value = env[name];
    if (!value) return [];
    return isList ? list(value, host) : [value.trim()].filter(Boolean);
  });
  return [...list(env.PATH || env.Path || '', host), ...named];
}

/** PowerShell reads its drive and keeps a history. */
function powershell(env: Environment, host: DiscoveryHost): FilesystemPolicyResult {
  const folders = list(env.PATH || env.Path || '', host);
  if (host.platform !== 'win32' || !folders.some((folder) => host.isFile(win32.join(folder, 'pwsh.exe'))))
    return { readonlyPaths: [], readwritePaths: [] };
  const history = 'AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine';
  return {
    readonlyPaths: [`${env.SystemDrive || 'C:'}\\`],
    readwritePaths: env.USERPROFILE ? [win32.join(env.USERPROFILE, history)] : [],
  };
}

export function toolsPolicy(env: Environment, options: ToolsPolicyOptions, host: DiscoveryHost): FilesystemPolicyResult {
  const filtered = options.containerType === 'processcontainer' && host.platform === 'win32';
  const folders = resolved(toolFolders(env, host), host).filter(
    (path) => host.isFolder(path) && !isSystem(path, host) && !(filtered && host.isOpenToContainers(path)),
  );
  const shell = powershell(env, host);
  return {
    readonlyPaths: resolved([...folders, ...shell.readonlyPaths], host),
    readwritePaths: resolved(shell.readwritePaths, host),
  };
}

export function profilePolicy(env: Environment, host: DiscoveryHost): FilesystemPolicyResult {
  if (host.platform === 'win32') {
    const programs = env.LOCALAPPDATA ? win32.join(env.LOCALAPPDATA, 'Programs') : '';
    const names = programs ? host.foldersIn(programs) : [];
    return { readonlyPaths: names.map((name) => win32.join(programs, name)), readwritePaths: [] };
  }
  const folders = env.HOME ? ['bin', 'lib'].map((name) => posix.join(env.HOME!, '.local', name)) : [];
  return { readonlyPaths: folders.filter((path) => host.isFolder(path)), readwritePaths: [] };
}

export function temporaryPolicy(env: Environment, host: DiscoveryHost): FilesystemPolicyResult {
  const folder = host.platform === 'win32' ? env.TEMP || env.TMP : env.TMPDIR || '/tmp';
  return { readonlyPaths: [], readwritePaths: folder && host.isFolder(folder) ? [folder] : [] };
}

/** Folders of PATH and of well-known variables that exist, without those of the system, read-only. */
export function getAvailableToolsPolicy(
  env?: Environment,
  options?: ToolsPolicyOptions,
): FilesystemPolicyResult {
  return toolsPolicy(env ?? process.env, options ?? {}, thisHost);
}

/** Programs that the user installed, read-only. */
export function getUserProfilePolicy(): FilesystemPolicyResult {
  return profilePolicy(process.env, thisHost);
}

/** The folder for temporary files, writable. It is the host's own: everything in it can be reached. */
export function getTemporaryFilesPolicy(env?: Environment): FilesystemPolicyResult {
  return temporaryPolicy(env ?? process.env, thisHost);
}
