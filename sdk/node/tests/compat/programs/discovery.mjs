// SPDX-License-Identifier: MIT
// Tools of made-up environments.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getAvailableToolsPolicy, getTemporaryFilesPolicy } from '@microsoft/mxc-sdk';
import { attempt, folder, here, show } from './helper.mjs';

const at = (name) => join(here, name);
for (const name of ['a', 'b', 'c', 'c/bin', 'java', 'conda', 'with space']) mkdirSync(folder(name), { recursive: true });
writeFileSync(at('file'), '');
symlinkSync(at('a'), at('link'));
symlinkSync('/usr/bin', at('link-to-bin'));
process.chdir(realpathSync(here));

const named = ['PYTHONPATH', 'PYTHONHOME', 'VCINSTALLDIR', 'VSINSTALLDIR', 'PSModulePath', 'VCPKG_ROOT', 'GOPATH', 'GOROOT',
  'CARGO_HOME', 'RUSTUP_HOME', 'JAVA_HOME', 'NVM_HOME', 'NVM_SYMLINK', 'NODE_PATH', 'DOTNET_ROOT', 'CONDA_PREFIX',
  'LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'PYENV_ROOT'];
const environments = {
  empty: {},
  path: { PATH: `${at('a')}:${at('b')}:${at('a')}/:${at('none')}:${at('file')}` },
  Path: { Path: at('a') },
  both: { PATH: at('a'), Path: at('b') },
  emptyPath: { PATH: '', Path: at('b') },
  system: { PATH: '/bin:/sbin:/usr/bin:/usr/sbin:/usr/bin/x:/usr/local/bin:/boot:/proc:/proc/self:/sys:/dev:/dev/shm:/usr:/' },
  links: { PATH: `${at('link')}:${at('link-to-bin')}` },
  relative: { PATH: 'a:./b:.:../' },
  blanks: { PATH: `${at('with space')}: ${at('a')} `, JAVA_HOME: `  ${at('java')}  `, PYTHONPATH: ` ${at('b')}` },
  lists: { PYTHONPATH: `${at('a')}::${at('b')}`, GOPATH: `${at('a')}:${at('b')}`, NODE_PATH: `${at('c')}:${at('c/bin')}` },
  dots: { PATH: `${at('c')}/bin/..:${at('c')}/./bin` },
  undefined: { PATH: undefined, JAVA_HOME: undefined, CONDA_PREFIX: at('conda') },
  others: { HOME: at('a'), RUBYLIB: at('b') },
};
for (const [name, env] of Object.entries(environments)) await attempt(name, () => getAvailableToolsPolicy(env));
named.forEach((name) => mkdirSync(folder(`each-${name}`), { recursive: true }));
show('null', [getAvailableToolsPolicy(null, null), getTemporaryFilesPolicy(null)]);
show('order', getAvailableToolsPolicy(Object.fromEntries([...named].reverse().map((name) => [name, at(`each-${name}`)]))));
show('a container type', getAvailableToolsPolicy(environments.path, { containerType: 'processcontainer' }));
show('a container type that is none', getAvailableToolsPolicy(environments.path, {}));
process.env.PATH = `${at('b')}:${process.env.PATH}`;
show('of the host', getAvailableToolsPolicy().readonlyPaths[0]);
