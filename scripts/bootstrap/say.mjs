/** What the scripts tell the user. All of it goes to standard error: standard output belongs to the command. */
import { performance } from 'node:perf_hooks';

/** A failure whose message is all that the user needs: no stack is shown. */
export class Failure extends Error {}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs one step under a line that says what it is and, once done, how long it took. */
export async function step(title, work) {
  const begun = performance.now();
  process.stderr.write(`${title} … `);
  try {
    const result = await work();
    process.stderr.write(`${seconds(performance.now() - begun)}\n`);
    return result;
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
}

/** The last lines of a program's output, indented, for a message. */
export function tail(text, lines = 15) {
  const kept = text.trimEnd().split('\n').slice(-lines);
  return kept.map((line) => `    ${line}`).join('\n');
}

/** The first lines of it, for programs that say what is wrong before they go into detail. */
export function quoted(text, lines = 10) {
  const kept = text.trim().split('\n').slice(0, lines);
  return kept.map((line) => `    ${line.trim()}`).join('\n');
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
