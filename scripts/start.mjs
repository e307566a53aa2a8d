#!/usr/bin/env node
// `npm start`: the whole system on this machine.
import { launch, runBuilt } from './bootstrap/index.mjs';
import { onParentGone } from './bootstrap/processes.mjs';

// An npm that is killed outright cannot pass the signal on, and nobody would know of the system any more.
if (process.env.npm_lifecycle_event === 'start') onParentGone(() => process.kill(process.pid, 'SIGTERM'));

await launch(() => runBuilt('stack', 'src', 'main.js'));
