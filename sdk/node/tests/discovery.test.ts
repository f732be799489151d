// SPDX-License-Identifier: MIT
// Discovery of tools, programs and temporary files, on systems made up for the test.
import assert from 'node:assert/strict';
import test from 'node:test';
import { profilePolicy, temporaryPolicy, toolsPolicy, type DiscoveryHost } from '../src/discovery.js';

function unix(folders: string[]): DiscoveryHost {
  return {
    platform: 'linux',
    windowsFolder: '',
    isFolder: (path) => folders.includes(path),
    isFile: () => false,
    foldersIn: () => [],
    isOpenToContainers: () => true,
  };
}

function windows(folders: string[], files: string[] = []): DiscoveryHost {
  return {
    platform: 'win32',
    windowsFolder: 'C:\\Windows',
    isFolder: (path) => folders.includes(path),
    isFile: (path) => files.includes(path),
    foldersIn: () => ['One', 'Two'],
    isOpenToContainers: (path) => path === 'C:\\open',
  };
}

test('tools: order, duplicates, system folders, folders only', () => {
  const env = {
    PATH: '/usr/bin:/usr/local/bin:/usr/local/bin/:/nonexist:/tmp::/dev/x',
    JAVA_HOME: ' /opt ',
    PYTHONPATH: '/opt::/home',
    GOPATH: '',
  };
  const host = unix(['/usr/bin', '/usr/local/bin', '/tmp', '/opt', '/home', '/dev/x']);
  assert.deepEqual(toolsPolicy(env, { containerType: 'processcontainer' }, host), {
    readonlyPaths: ['/usr/local/bin', '/tmp', '/opt', '/home'],
    readwritePaths: [],
  });
});

test('tools: Path where PATH is empty', () => {
  assert.deepEqual(toolsPolicy({ PATH: '', Path: '/opt' }, {}, unix(['/opt'])).readonlyPaths, ['/opt']);
  assert.deepEqual(toolsPolicy({}, {}, unix(['/opt'])).readonlyPaths, []);
});

test('tools on Windows: case, the system, open folders, PowerShell', () => {
  const env = { Path: 'C:\\Tools;c:\\tools;C:\\WINDOWS\\system32;C:\\open;C:\\pwsh', USERPROFILE: 'C:\\Users\\me', SystemDrive: 'C:' };
  const folders = ['C:\\Tools', 'c:\\tools', 'C:\\WINDOWS\\system32', 'C:\\open', 'C:\\pwsh'];
  const host = windows(folders, ['C:\\pwsh\\pwsh.exe']);
  assert.deepEqual(toolsPolicy(env, { containerType: 'processcontainer' }, host), {
    readonlyPaths: ['C:\\Tools', 'C:\\pwsh', 'C:\\'],
    readwritePaths: ['C:\\Users\\me\\AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine'],
  });
  assert.deepEqual(toolsPolicy(env, {}, windows(folders)).readonlyPaths, ['C:\\Tools', 'C:\\open', 'C:\\pwsh']);
});

test('programs of the user', () => {
  assert.deepEqual(profilePolicy({ HOME: '/h' }, unix(['/h/.local/lib'])).readonlyPaths, ['/h/.local/lib']);
  assert.deepEqual(profilePolicy({ LOCALAPPDATA: 'C:\\L' }, windows([])).readonlyPaths, [
    'C:\\L\\Programs\\One',
    'C:\\L\\Programs\\Two',
  ]);
  assert.deepEqual(profilePolicy({}, windows([])).readonlyPaths, []);
});

test('temporary files', () => {
  assert.deepEqual(temporaryPolicy({}, unix(['/tmp'])).readwritePaths, ['/tmp']);
  assert.deepEqual(temporaryPolicy({ TMPDIR: '/t/' }, unix(['/t/'])).readwritePaths, ['/t/']);
  assert.deepEqual(temporaryPolicy({ TMPDIR: '/gone' }, unix(['/tmp'])).readwritePaths, []);
  assert.deepEqual(temporaryPolicy({ TMP: 'C:\\t' }, windows(['C:\\t'])).readwritePaths, ['C:\\t']);
});
