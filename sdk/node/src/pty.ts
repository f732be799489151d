// SPDX-License-Identifier: MIT
// Terminals through node-pty, which is an optional peer: it is loaded when the first terminal is asked for.
// The types are told here, so that programs compile without it; they fit those of node-pty both ways.
import { createRequire } from 'node:module';

export interface IDisposable {
  dispose(): void;
}

export interface IEvent<T> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in node-pty
  (listener: (event: T) => any): IDisposable;
}

/** A program on a terminal: the object of node-pty. */
export interface IPty {
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  readonly process: string;
  handleFlowControl: boolean;
  readonly onData: IEvent<string>;
  readonly onExit: IEvent<{ exitCode: number; signal?: number }>;
  resize(columns: number, rows: number, pixelSize?: { width: number; height: number }): void;
  clear(): void;
  write(data: string | Buffer): void;
  kill(signal?: string): void;
  pause(): void;
  resume(): void;
}

/** Options of a terminal: those of node-pty. */
export interface IPtyForkOptions {
  name?: string;
  cols?: number;
  rows?: number;
  cwd?: string;
  env?: { [key: string]: string | undefined };
  encoding?: string | null;
  handleFlowControl?: boolean;
  flowControlPause?: string;
  flowControlResume?: string;
  uid?: number;
  gid?: number;
}

interface NodePty {
  spawn(file: string, args: string[], options: IPtyForkOptions): IPty;
}

let loaded: NodePty | undefined;

/** The optional peer, or one clear sentence. */
function load(): NodePty {
  try {
    return (loaded ??= createRequire(import.meta.url)('node-pty') as NodePty);
  } catch (cause) {
    throw new Error(
      "A terminal needs the optional package 'node-pty', which cannot be loaded: " +
        "install it (npm install node-pty@^1.2.0-beta.12), or use 'usePty: false'.",
      { cause },
    );
  }
}

/** Starts a program on a new terminal of 120 by 80. */
export function spawnPty(file: string, args: string[], options: IPtyForkOptions): IPty {
  return load().spawn(file, args, { name: 'xterm-color', cols: 120, rows: 80, ...options });
}
