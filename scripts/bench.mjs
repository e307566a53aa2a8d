#!/usr/bin/env node
// `npm run bench`: what the built system sustains on this machine.
import { launch, runBuilt } from './bootstrap/index.mjs';

await launch(() => runBuilt('bench', 'src', 'main.js'));
