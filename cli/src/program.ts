/** The commands and their options. What a command does is loaded when it is run. */
import { Command, Option } from 'commander';
import { EXIT } from './failure.js';
import { duration, oneOf, pointInTime, share, wholeNumber } from './option-values.js';

/** Runs commands; `signal` is aborted by Ctrl-C. Sets the exit code through `setExit`. */
export interface Runtime {
  readonly signal: AbortSignal;
  setExit(code: number): void;
}

const EXIT_CODES = `
Exit codes: ${EXIT.ok} all went well; ${EXIT.notAll} not all of it (events refused, a service not ready); ${EXIT.usage} wrong usage;
${EXIT.unreachable} Vigil, NATS or PostgreSQL cannot be reached; ${EXIT.interrupted} ended by Ctrl-C.
Addresses: from the option, else the variable, else the Vigil that runs on this machine (.vigil/stack.json).`;

const JSON_OPTION = ['--json', 'print JSON'] as const;
const natsOption = () => new Option('--nats <url>', 'NATS server (NATS_URL)');
const urlOption = () => new Option('--url <url>', 'address of ingest (VIGIL_URL)');
const tokenOption = () => new Option('--token <token>', 'bearer token of ingest (VIGIL_TOKEN)');
const patienceOption = () =>
  new Option('--patience <time>', 'how long to go on trying while ingest is full or away')
    .argParser(duration)
    .default(60_000, '60s');
const sinceOption = (text: string) =>
  new Option('--since <time>', `${text}: how long ago (10m, 2h) or a time`).argParser((value) =>
    pointInTime(value),
  );

export function createProgram(runtime: Runtime): Command {
  const program = new Command('vigil')
    .description('Sends events to Vigil, shows what it finds, and looks after it.')
    .showHelpAfterError('(--help shows what is possible)')
    .addHelpText('after', EXIT_CODES);
  addSend(program, runtime);
  addGenerate(program, runtime);
  addAlerts(program, runtime);
  addLog(program, runtime);
  addDeadLetters(program, runtime);
  addStatus(program, runtime);
  addRules(program, runtime);
  addMigrate(program);
  addReset(program, runtime);
  return program;
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function addSend(program: Command, { signal, setExit }: Runtime): void {
  program
    .command('send')
    .description('Send the events of a file, or of standard input, in their order.')
    .argument('[file]', 'JSON array, JSON lines or CSV; - for standard input', '-')
    .addOption(
      new Option(
        '--format <format>',
        'json, ndjson or csv; told by the name or the beginning unless given',
      ).argParser(oneOf('json', 'ndjson', 'csv')),
    )
    .option('--batch <n>', 'events in one request', wholeNumber(1, 50_000), 1_000)
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(patienceOption())
    .option('-q, --quiet', 'print only what was refused')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'vigil send events.csv',
        'cat events.ndjson | vigil send --format ndjson',
        'vigil send history.json --json',
      ) + '\n\nExits with 0 when all were accepted and with 1 when some were refused; these are listed.',
    )
    .action(async (file, options) =>
      setExit(await (await import('./commands/send.js')).send(file, options, signal)),
    );
}

function addGenerate(program: Command, { signal, setExit }: Runtime): void {
  program
    .command('generate')
    .description('Make up traffic, and send it or write it to a file.')
    .option('--rate <n>', 'events a second; 0 for as fast as they are taken', wholeNumber(0, 1_000_000), 100)
    .option('--count <n>', 'how many events; without end unless this or --duration is given', wholeNumber(1))
    .option('--duration <time>', 'how long (30s, 5m)', duration)
    .option('--accounts <n>', 'number of accounts', wholeNumber(1, 1_000_000_000), 10_000)
    .addOption(
      new Option('--draw <how>', 'uniform, or skewed: few accounts often')
        .argParser(oneOf('uniform', 'skewed'))
        .default('uniform'),
    )
    .option('--fraud <share>', 'share of events that belong to fraud (0.02 or 2%)', share, 0.01)
    .option('--disorder <share>', 'share of events whose time lies back', share, 0)
    .addOption(
      new Option('--max-disorder <time>', 'how far back at most').argParser(duration).default(5_000, '5s'),
    )
    .option('--duplicates <share>', 'share of events that repeat a recent one', share, 0)
    .option('--corrections <share>', 'share of events that correct a recent one', share, 0)
    .option('--seed <n>', 'the same seed gives the same traffic', wholeNumber(0))
    .addOption(
      new Option('--start <time>', 'event times begin here and follow the rate, instead of now').argParser(
        (text) => pointInTime(text),
      ),
    )
    .option('--out <file>', 'write to a file (- for standard output) instead of sending')
    .addOption(
      new Option('--format <format>', 'of the file: ndjson or csv')
        .argParser(oneOf('ndjson', 'csv'))
        .default('ndjson'),
    )
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(patienceOption())
    .option('-q, --quiet', 'show no progress')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'vigil generate --rate 500 --duration 1m --fraud 5%',
        'vigil generate --count 100000 --rate 0 --accounts 1000',
        'vigil generate --count 1000 --seed 7 --start 2026-01-01T00:00:00Z --out events.ndjson',
      ),
    )
    .action(async (options) =>
      setExit(await (await import('./commands/generate.js')).generate(options, signal)),
    );
}

function addAlerts(program: Command, { signal }: Runtime): void {
  program
    .command('alerts')
    .description('Show alerts and retractions: those stored, or with --follow those to come.')
    .option('-f, --follow', 'go on with those to come')
    .addOption(sinceOption('only those stored since'))
    .option('--rule <id>', 'of one rule only')
    .option('--account <id>', 'of one account only')
    .option('--shadow', 'those of rules in state shadow too')
    .addOption(natsOption())
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'vigil alerts --follow',
        'vigil alerts --since 1h --rule velocity-60s --json',
        'vigil alerts --account 9726',
      ),
    )
    .action(async (options) => (await import('./commands/alerts.js')).alerts(options, signal));
}

function addLog(program: Command, { signal }: Runtime): void {
  program
    .command('log')
    .description('Show what the log holds, as JSON lines: events with their place, and rule changes.')
    .option('--shard <n>', 'of one shard only', wholeNumber(0, 4_095))
    .option('--account <id>', 'of one account only')
    .option('--from <seq>', 'from this message of the log on', wholeNumber(1))
    .option('--to <seq>', 'up to this message', wholeNumber(1))
    .addOption(sinceOption('only what was stored since').conflicts('from'))
    .option('-f, --follow', 'go on with what is to come')
    .option('--frames', 'a line for each frame, not for each event')
    .option('--ticks', 'frames without events too')
    .addOption(natsOption())
    .option('--json', 'the output is JSON lines always')
    .addHelpText(
      'after',
      examples(
        'vigil log --account 9726',
        'vigil log --shard 3 --since 10m',
        'vigil log --from 100 --to 120 --frames',
      ),
    )
    .action(async (options) => (await import('./commands/log.js')).log(options, signal));
}

function addDeadLetters(program: Command, { signal }: Runtime): void {
  program
    .command('dead-letters')
    .description('Show input that was refused, with the reason and the bytes.')
    .option('-f, --follow', 'go on with those to come')
    .addOption(sinceOption('only those stored since'))
    .option('--reason <code>', 'with one reason only')
    .addOption(natsOption())
    .option(...JSON_OPTION)
    .addHelpText('after', examples('vigil dead-letters --since 1h', 'vigil dead-letters --follow --json'))
    .action(async (options) => (await import('./commands/dead-letters.js')).deadLetters(options, signal));
}

function addStatus(program: Command, { setExit }: Runtime): void {
  program
    .command('status')
    .description('Show whether the services are ready, what the streams hold, and who is behind.')
    .addOption(urlOption())
    .addOption(natsOption())
    .option(...JSON_OPTION)
    .addHelpText('after', examples('vigil status', 'vigil status --json | jq .streams'))
    .action(async (options) => setExit(await (await import('./commands/status.js')).status(options)));
}

function addRules(program: Command, { signal }: Runtime): void {
  const rules = program
    .command('rules')
    .description('Show the rules that judge events.')
    .addHelpText('after', examples('vigil rules list', 'vigil rules show velocity-60s'));
  rules
    .command('list')
    .description('The newest version of each rule.')
    .option('--all', 'deleted ones too')
    .addOption(natsOption())
    .option(...JSON_OPTION)
    .addHelpText('after', examples('vigil rules list', 'vigil rules list --json'))
    .action(async (options) => (await import('./commands/rules.js')).listRules(options, signal));
  rules
    .command('show')
    .description('One rule in full.')
    .argument('<rule>', 'its id')
    .option('--versions', 'every version, the oldest first')
    .addOption(natsOption())
    .option(...JSON_OPTION)
    .addHelpText('after', examples('vigil rules show velocity-60s --versions'))
    .action(async (id, options) => (await import('./commands/rules.js')).showRule(id, options, signal));
}

function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Bring the database to the schema of this version. Safe to run at any time, by several at once.',
    )
    .addOption(new Option('--database <url>', 'PostgreSQL (DATABASE_URL)'))
    .option('--dry-run', 'only show what would be applied')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('DATABASE_URL=postgres://owner@db/vigil vigil migrate', 'vigil migrate --dry-run'),
    )
    .action(async (options) => (await import('./commands/migrate.js')).migrateDatabase(options));
}

function addReset(program: Command, { setExit }: Runtime): void {
  program
    .command('reset')
    .description('Remove all data of the embedded NATS and PostgreSQL. Asks first.')
    .option('-y, --yes', 'do not ask')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('vigil reset', 'vigil reset --yes'))
    .action(async (options) => setExit(await (await import('./commands/reset.js')).reset(options)));
}
