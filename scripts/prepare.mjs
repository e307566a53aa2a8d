#!/usr/bin/env node
// `node scripts/prepare.mjs [program arguments …]`: installs and builds what is missing, then runs the program, if
// one is named, with Node.js 24 first on the PATH.
import path from 'node:path';
import { launch } from './bootstrap/index.mjs';
import { toolEnvironment } from './bootstrap/npm.mjs';
import { become } from './bootstrap/processes.mjs';

await launch(async () => {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) return;
  const PATH = [path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
  await become(program, args, { ...toolEnvironment(), PATH });
});
