// SPDX-License-Identifier: MIT
// The user of a session does not show its token when it is inspected.
import { inspect } from 'node:util';
import { IsolationSessionUserConfig } from '@microsoft/mxc-sdk';
import { show } from './helper.mjs';

const user = new IsolationSessionUserConfig('me@example.org', 'secret');
show('inspected', inspect(user));
show('deep', inspect({ user: [user] }));
show('members', [user.upn, user.wamToken]);
show('as JSON', JSON.stringify(user));
show('keys', Object.keys(user));
