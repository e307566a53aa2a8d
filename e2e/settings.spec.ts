/** `docs/settings.md` is what the services read: written anew with VIGIL_WRITE_DOCS=1, compared otherwise. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe as rowsOf, type Options } from '#config';
import { detectorOptions } from '../services/detector/src/options.js';
import { ingestOptions } from '../services/ingest/src/options.js';
import { recorderOptions } from '../services/recorder/src/options.js';
import { stackOptions } from '../stack/src/options.js';

const FILE = 'docs/settings.md';

const INTRODUCTION = `# Settings

Each service reads its settings from the environment once, at its start, and refuses to start with a message that names
every setting that is wrong. Durations are written \`500ms\`, \`10s\`, \`5m\`, \`24h\`, \`7d\`; sizes \`64KB\`, \`8MB\`, \`1GB\`.

\`npm start\` reads the settings of the first table and passes its own environment on to the services, so that theirs can
be set there too.
`;

function table(name: string, options: Options): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const lines = rowsOf(options).map(
    (row) => `| \`${row.env}\` | ${cell(row.fallback)} | ${cell(row.accepts)} | ${cell(row.description)} |`,
  );
  return [
    `## ${name}`,
    '',
    '| variable | default | accepts | what it is |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

it('the documented settings are those that are read', () => {
  const text = [
    INTRODUCTION,
    table('npm start', stackOptions),
    '',
    table('ingest', ingestOptions),
    '',
    table('detector', detectorOptions),
    '',
    table('recorder', recorderOptions),
    '',
  ].join('\n');
  if (process.env.VIGIL_WRITE_DOCS === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
