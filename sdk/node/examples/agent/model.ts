// SPDX-License-Identifier: MIT
// A stand-in for a language model: it follows a script, and looks at what its last program did.

/** What the model says next. Without a program it is done. */
export interface Answer {
  say: string;
  python?: string;
}

/** What became of a program. */
export interface Observation {
  ok: boolean;
  text: string;
}

/** The task and everything that happened so far go in; what to do next comes out. */
export type Model = (task: string, seen: readonly Observation[]) => Promise<Answer>;

const look = `
import os
for name in sorted(os.listdir('.')):
    print(name)
print(open('sales.csv').read())
`;

const curious = `
import pathlib
for path in ('notes/private.txt', '/root/.ssh/id_rsa', '/home'):
    try:
        print(path, list(pathlib.Path(path).iterdir()) if path == '/home' else open(path).read())
    except OSError as error:
        print(path, type(error).__name__)
import socket
socket.create_connection(('192.0.2.1', 80), 2)
`;

const broken = `
rows = [line.split(',') for line in open('sales.csv')]
print(sum(int(amount) for _, amount in rows))
`;

const report = `
import csv
total = {}
for row in csv.DictReader(open('sales.csv')):
    total[row['region']] = total.get(row['region'], 0) + int(row['amount'])
with open('report.md', 'w') as page:
    for region, amount in sorted(total.items()):
        page.write(f'* {region}: {amount}\\n')
with open('sales.csv', 'a') as rows:
    rows.write('total,%d\\n' % sum(total.values()))
print('written')
`;

/** The steps of the script, one for each observation. */
const steps: readonly ((last: Observation | undefined) => Answer)[] = [
  () => ({ say: 'I look at what is there.', python: look }),
  () => ({ say: 'I look around for more, and on the net.', python: curious }),
  () => ({ say: 'I add the amounts up.', python: broken }),
  (last) => ({ say: `That ended with ${last?.text.trim().split('\n').at(-1)}. I skip the header.`, python: report }),
  (last) => ({ say: last?.ok ? 'The report is written.' : 'I give up.' }),
];

export const scripted: Model = async (_task, seen) => (steps[seen.length] ?? steps.at(-1)!)(seen.at(-1));
