import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the project's package.json, looked for upwards from the working directory. */
export function packageRoot(from: string = process.cwd()): string {
  if (existsSync(join(from, 'nest-cli.json'))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new Error(`no nest-cli.json above ${process.cwd()}: run this inside the project`);
  return packageRoot(parent);
}
