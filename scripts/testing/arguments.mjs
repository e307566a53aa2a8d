/** The command line of `npm test`: which kinds of test, and what goes on to Jest. */

/** In the order of running: the quickest to fail come first. */
export const KINDS = ['unit', 'integration', 'e2e'];

export const HELP = `npm test -- [--unit] [--integration] [--e2e] [path or Jest option …]

  --unit          only tests that need nothing (*.spec.ts)
  --integration   only tests that start NATS or PostgreSQL (*.int-spec.ts)
  --e2e           only tests of the whole, built system (*.e2e-spec.ts)

Several kinds may be named; all run unless one is. Anything else goes to Jest: \`npm test -- libs/engine\`,
\`npm test -- --unit -t "late events"\`.`;

/** Returns `{ kinds, rest, help }`. */
export function parseArguments(args) {
  const asked = KINDS.filter((kind) => args.includes(`--${kind}`));
  const rest = args.filter((arg) => !KINDS.some((kind) => arg === `--${kind}`));
  const help = args.includes('--help') || args.includes('-h');
  return { kinds: asked.length > 0 ? asked : KINDS, rest, help };
}
