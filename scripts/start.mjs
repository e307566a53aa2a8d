#!/usr/bin/env node
// `npm start`: the whole system on this machine.
import { launch, runBuilt } from './bootstrap/index.mjs';

await launch(() => runBuilt('stack', 'src', 'main.js'));
