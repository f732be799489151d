// SPDX-License-Identifier: MIT
// Times calls of two client libraries, in turns: from the call to the first output of 'echo hi', and to its end.
// usage: node sdk.mjs ROUNDS OURS BIN PUBLISHED: the libraries' index.js, and a folder for our MXC_BIN_DIR.
// Prints {name: {first: [ms], close: [ms]}}.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [rounds, oursPath, bin, publishedPath] = process.argv.slice(2);
const warmUp = 3;
const ours = await import(pathToFileURL(oursPath).href);
const published = await import(pathToFileURL(publishedPath).href);

const nodePty = createRequire(oursPath)('node-pty');

const policy = { version: '0.7.0-alpha' };

/** The published way, over pipes: the configuration is made anew, as callers do. */
function overPipes(sdk) {
  return new Promise((done, failed) => {
    const config = sdk.createConfigFromPolicy(policy);
    config.process.commandLine = 'echo hi';
    const child = sdk.spawnSandboxFromConfig(config, { usePty: false });
    let said = '';
    let first;
    child.stdout.on('data', (part) => {
      first ??= performance.now();
      said += part;
    });
    child.on('error', failed);
    child.on('close', (code) => (code === 0 && said === 'hi\n' ? done(first) : failed(new Error(`${code}: ${said}`))));
  });
}

/** A terminal of node-pty to its end: when the first output came. */
function firstOf(pty) {
  return new Promise((done, failed) => {
    let said = '';
    let first;
    pty.onData((part) => {
      first ??= performance.now();
      said += part;
    });
    pty.onExit(({ exitCode }) => (exitCode === 0 && said === 'hi\r\n' ? done(first) : failed(new Error(`${exitCode}: ${said}`))));
  });
}

const onTerminal = (sdk) => firstOf(sdk.spawnSandbox('echo hi', policy));
const onBareTerminal = () => firstOf(nodePty.spawn('/bin/sh', ['-c', 'echo hi'], {}));

async function byRun(sdk) {
  const { stdout, exitCode } = await sdk.run({ command: ['echo', 'hi'] });
  if (stdout !== 'hi\n' || exitCode !== 0) throw new Error(`${exitCode}: ${stdout}`);
}

const rows = [
  { name: 'pipes, ours', sdk: ours, call: overPipes },
  { name: 'pipes, published', sdk: published, call: overPipes },
  { name: 'terminal, ours', sdk: ours, call: onTerminal },
  { name: 'terminal, published', sdk: published, call: onTerminal },
  { name: 'terminal, bare', sdk: ours, call: onBareTerminal },
  { name: 'run(), ours', sdk: ours, call: byRun },
];

/** Only our library is to find our executor. */
function setFolder(sdk) {
  if (sdk === ours) process.env.MXC_BIN_DIR = bin;
  else delete process.env.MXC_BIN_DIR;
}

const result = Object.fromEntries(rows.map(({ name }) => [name, { first: [], close: [] }]));
for (let round = -warmUp; round < Number(rounds); round++)
  // Back and forth: what one call leaves to the kernel, its successor pays for, and that is not always the same.
  for (const { name, sdk, call } of round % 2 ? rows : [...rows].reverse()) {
    setFolder(sdk);
    const begun = performance.now();
    const first = await call(sdk);
    const close = performance.now();
    if (round < 0) continue;
    if (first !== undefined) result[name].first.push(first - begun);
    result[name].close.push(close - begun);
  }
console.log(JSON.stringify(result));
