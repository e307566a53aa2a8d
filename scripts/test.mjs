#!/usr/bin/env node
// `npm test`: every test, quick ones first. The last line reads `N passed, N failed`.
import { randomUUID } from 'node:crypto';
import { launch } from './bootstrap/index.mjs';
import { HELP, parseArguments } from './testing/arguments.mjs';
import { endAll, leftovers, markedEnvironment } from './testing/leftovers.mjs';
import { add, NOTHING, summary } from './testing/outcome.mjs';
import { runJest } from './testing/run-jest.mjs';

const { kinds, rest, help } = parseArguments(process.argv.slice(2));
if (help) console.log(HELP);
else await launch(runTests);

async function runTests() {
  const run = randomUUID();
  const env = markedEnvironment(process.env, run);
  let total = NOTHING;
  for (const kind of kinds) {
    if (process.exitCode === 130) break;
    console.log(`\n${kind} tests`);
    total = add(total, await runJest(kind, rest, env));
  }
  total = add(total, await checkLeftovers(run));
  report(total);
}

async function checkLeftovers(run) {
  const left = await leftovers(run);
  if (left.length === 0) return NOTHING;
  endAll(left);
  const broken = left.map(({ pid, command }) => `process ${pid} was left running: ${command}`);
  return { ...NOTHING, failed: 1, broken };
}

function report(total) {
  console.log('');
  for (const what of total.broken) console.log(`FAILED  ${what}`);
  for (const name of total.skipped) console.log(`skipped  ${name}`);
  const none = total.passed + total.failed === 0;
  if (none) console.log('No test matches.');
  // A pipe may still be taking the lines when the process ends, so the code is set and the process ends by itself.
  if (total.failed > 0 || none) process.exitCode ||= 1;
  console.log(summary(total));
}
