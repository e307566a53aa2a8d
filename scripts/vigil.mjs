#!/usr/bin/env node
// `npx vigil …`: the command.
import { launch, runBuilt } from './bootstrap/index.mjs';

await launch(() => runBuilt('cli', 'src', 'main.js'));
