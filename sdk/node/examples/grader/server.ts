// SPDX-License-Identifier: MIT
// A web server that grades programs of students.
//   curl -d '{"language":"python","source":"print(int(input())*2)","tests":[{"input":"4","expected":"8"}]}' \
//        -H 'content-type: application/json' http://127.0.0.1:8080/grade
// usage: node server.js [PORT]
import fastify from 'fastify';
import { grade, languages, type Submission } from './grade.js';

const atOnce = 2;
const mostWaiting = 32;

/** Lets only so many of them run at a time, and only so many wait. */
class Queue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  get isFull(): boolean {
    return this.#waiting.length >= mostWaiting;
  }

  async run<T>(body: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running += 1;
    try {
      return await body();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

const text = { type: 'string', maxLength: 50_000 };
const test = { type: 'object', required: ['input', 'expected'], properties: { input: text, expected: text } };
const submission = {
  type: 'object',
  required: ['language', 'source', 'tests'],
  properties: {
    language: { enum: languages },
    source: { type: 'string', maxLength: 50_000, pattern: '^[^\\u0000]*$' },
    tests: { type: 'array', minItems: 1, maxItems: 20, items: test },
  },
};

const server = fastify({ bodyLimit: 4 << 20 });
const queue = new Queue();

server.post<{ Body: Submission }>('/grade', { schema: { body: submission } }, async ({ body }, reply) => {
  if (queue.isFull) return reply.code(503).send({ error: 'busy, try again' });
  const grades = await queue.run(() => grade(body));
  return { passed: grades.filter(({ passed }) => passed).length, of: grades.length, grades };
});

console.log(await server.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 8080) }));
