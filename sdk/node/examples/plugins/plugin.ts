// SPDX-License-Identifier: MIT
// One plugin in one sandbox. Requests and answers are lines of JSON; what a plugin answers is not trusted.
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { start, type Sandbox } from '@mxc/sdk';

const longestAnswer = 64 * 1024;

/** Reads an answer, or throws: a plugin may send anything. */
function readAnswer(line: string, id: number): string {
  if (line.length > longestAnswer) throw new Error('its answer is too long');
  const answer: unknown = JSON.parse(line);
  if (typeof answer !== 'object' || answer === null) throw new Error('its answer is no object');
  const { id: answered, text } = answer as Record<string, unknown>;
  if (answered !== id || typeof text !== 'string') throw new Error('its answer is to nothing that was asked');
  return text;
}

export class Plugin {
  readonly #sandbox: Sandbox;
  readonly #lines: AsyncIterator<string>;
  #asked = 0;

  private constructor(
    readonly name: string,
    sandbox: Sandbox,
  ) {
    this.#sandbox = sandbox;
    this.#lines = createInterface(sandbox.stdout!)[Symbol.asyncIterator]();
  }

  /** Starts a plugin. It can read its own file and node, and write its own folder. */
  static async open(name: string, file: string, data: string): Promise<Plugin> {
    const sandbox = await start(
      {
        command: [process.execPath, file],
        workingDirectory: data,
        environment: { PLUGIN_NAME: name },
        filesystem: { readonlyPaths: [file, dirname(process.execPath)], readwritePaths: [data] },
        limits: { memoryMb: 256, processes: 24, fileSizeMb: 1 },
      },
      { stderr: 'ignore' },
    );
    return new Plugin(name, sandbox);
  }

  /** Asks for one answer. A plugin that is late, or answers something else, is ended for good. */
  async ask(text: string, patience: number): Promise<string> {
    const id = ++this.#asked;
    const late = setTimeout(() => this.#sandbox.kill(), patience);
    try {
      this.#sandbox.stdin!.write(`${JSON.stringify({ id, text })}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`it ended: ${(await this.#sandbox.wait()).reason}`);
      return readAnswer(value, id);
    } catch (error) {
      this.#sandbox.kill();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
  }
}
