/** Where Vigil is: named on the command line, by the environment, or by the stack that runs on this machine. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unreachable, usage } from './failure.js';

export type Part = 'ingest' | 'nats' | 'postgres';

interface PartSource {
  readonly flag: string;
  readonly variable: string;
  readonly what: string;
  readonly schemes: readonly string[];
}

const SOURCES: Readonly<Record<Part, PartSource>> = {
  ingest: { flag: '--url', variable: 'VIGIL_URL', what: 'ingest', schemes: ['http', 'https'] },
  nats: { flag: '--nats', variable: 'NATS_URL', what: 'NATS', schemes: ['nats', 'tls', 'ws', 'wss'] },
  postgres: {
    flag: '--database',
    variable: 'DATABASE_URL',
    what: 'PostgreSQL',
    schemes: ['postgres', 'postgresql'],
  },
};

/** The project's folder; this file is dist/cli/src/addresses.js. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.VIGIL_DATA_DIR ? path.resolve(env.VIGIL_DATA_DIR) : path.join(ROOT, '.vigil');
}

/** The addresses of the stack that runs on this machine; empty if none does. */
export function stackAddresses(directory: string = dataDirectory()): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'stack.json'), 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Throws a `CliFailure` when the address is nowhere to be found, or is none. */
export function addressOf(
  part: Part,
  flag: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  stack: Readonly<Record<string, string>> = stackAddresses(dataDirectory(env)),
): string {
  const source = SOURCES[part];
  if (flag !== undefined) return checked(flag, source.flag, source.schemes);
  const variable = env[source.variable]?.trim();
  if (variable) return checked(variable, source.variable, source.schemes);
  if (stack[part] !== undefined) return stack[part];
  throw unreachable(
    `No address of ${source.what} is known. Is Vigil running? Start it with \`npm start\`, ` +
      `or name the address with ${source.flag} or ${source.variable}.`,
  );
}

function checked(text: string, origin: string, schemes: readonly string[]): string {
  for (const part of text.split(',')) {
    const scheme = URL.canParse(part.trim()) ? new URL(part.trim()).protocol.slice(0, -1) : null;
    if (scheme === null || !schemes.includes(scheme)) {
      throw usage(`${origin}: ${JSON.stringify(text)} is no address; expected ${schemes[0]}://host:port`);
    }
  }
  return text.replace(/\/+$/, '');
}
