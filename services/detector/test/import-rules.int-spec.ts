import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  decodeRuleVersion,
  encodeRuleVersion,
  parseRule,
  type RuleVersion,
  ruleSubject,
  STREAMS,
} from '#contracts';
import {
  AckedPublisher,
  connectNats,
  type NatsConnection,
  provisionStreams,
  readBack,
  streamState,
} from '#jetstream';
import { startTestNats, type TestNats } from '#testing';
import { IMPORT_AUTHOR, importRule, importRules, readRulesInLog } from '../src/rules/import-rules.js';
import { readRulesFile } from '../src/rules/rules-file.js';

const logger = pino({ enabled: false });
const country = (within: string) => ({ id: 'country', type: 'multi-country', within });

describe('importing rules', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let publisher: AckedPublisher;
  let dir: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'vigil-rules-'));
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection);
    publisher = new AckedPublisher(connection);
  });

  afterEach(async () => {
    await publisher?.close();
    await connection?.close();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function fileOf(rules: readonly object[]): string {
    const file = join(dir, 'rules.json');
    writeFileSync(file, JSON.stringify(rules, null, 2));
    return file;
  }

  async function importFile(rules: readonly object[]): Promise<string[]> {
    return importRules(connection, publisher, await readRulesFile(fileOf(rules)), logger);
  }

  async function versions(): Promise<RuleVersion[]> {
    const { first, last } = await streamState(connection, STREAMS.events);
    const found: RuleVersion[] = [];
    const subjects = ['rules.>'];
    const request = {
      stream: STREAMS.events,
      subjects,
      fromSequence: first,
      upToSequence: last,
      headersOnly: false,
    };
    for await (const { data } of readBack(connection, request)) found.push(decodeRuleVersion(data));
    return found;
  }

  it('imports the four shipped rules once', async () => {
    const rules = await readRulesFile(null);
    expect(await importRules(connection, publisher, rules, logger)).toEqual([]);
    expect(await importRules(connection, publisher, rules, logger)).toEqual([]);
    const stored = await versions();
    expect(stored.map(({ rule, version, author }) => [rule.id, version, author])).toEqual([
      ['multi-country-login', 1, IMPORT_AUTHOR],
      ['velocity-60s', 1, IMPORT_AUTHOR],
      ['payer-beneficiary-week', 1, IMPORT_AUTHOR],
      ['many-countries', 1, IMPORT_AUTHOR],
    ]);
  });

  it('makes the next version when the file changed, and none when only its form did', async () => {
    await importFile([country('5m')]);
    await importFile([{ within: '300s', type: 'multi-country', id: 'country' }]);
    await importFile([country('10m')]);
    expect((await versions()).map(({ version, rule }) => [version, rule.withinMs])).toEqual([
      [1, 300_000],
      [2, 600_000],
    ]);
  });

  it('leaves a rule alone that somebody changed since, until the file says something new', async () => {
    await importFile([country('5m')]);
    const rule = parseRule(country('7m'));
    const own = { rule, version: 2, author: 'ann', changedAt: 1, comment: 'tuned' };
    await publisher.publish(ruleSubject('country'), encodeRuleVersion(own));
    await importFile([country('5m')]);
    expect((await versions()).map(({ version, author }) => [version, author])).toEqual([
      [1, IMPORT_AUTHOR],
      [2, 'ann'],
    ]);
    await importFile([country('6m')]);
    expect((await versions()).at(-1)).toMatchObject({ version: 3, author: IMPORT_AUTHOR });
  });

  it('leaves a rule as it is that is no longer in the file', async () => {
    await importFile([country('5m'), { id: 'other', type: 'multi-country' }]);
    await importFile([country('5m')]);
    expect((await versions()).length).toBe(2);
  });

  it('does not overwrite an importer that was faster', async () => {
    const rules = await readRulesFile(fileOf([country('5m')]));
    const known = await readRulesInLog(connection);
    expect(known.size).toBe(0);
    expect(await importRule(publisher, rules[0])).toEqual({ kind: 'imported', version: 1 });
    expect(await importRule(publisher, rules[0])).toEqual({ kind: 'overtaken' });
    expect((await versions()).length).toBe(1);
  });

  it('names the file and every problem in it', async () => {
    const file = fileOf([{ ...country('5m'), state: 'on' }]);
    await expect(readRulesFile(file)).rejects.toThrow(/rules\.json \(VIGIL_RULES_FILE\).*"on"/);
    await expect(readRulesFile(join(dir, 'absent.json'))).rejects.toThrow(/absent\.json.*cannot be read/);
  });
});
