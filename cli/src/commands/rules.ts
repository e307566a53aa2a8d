/** `vigil rules`: the rules in force, as the log has them. */
import {
  decodeRuleVersion,
  formatDuration,
  ruleSubject,
  ruleToJson,
  STREAMS,
  type RuleVersion,
} from '#contracts';
import { EXIT, CliFailure } from '../failure.js';
import { print, printJson, table } from '../output/out.js';
import { readStream, withNats } from './stream-reading.js';

export interface RulesOptions {
  readonly all?: boolean;
  readonly nats?: string;
  readonly json?: boolean;
}

export interface ShowRuleOptions {
  readonly versions?: boolean;
  readonly nats?: string;
  readonly json?: boolean;
}

export async function listRules(options: RulesOptions, signal: AbortSignal): Promise<void> {
  const versions = await readVersions('rules.*', options.nats, signal);
  const latest = new Map<string, RuleVersion>();
  for (const version of versions) latest.set(version.rule.id, version);
  const shown = [...latest.values()]
    .filter(({ rule }) => options.all || rule.state !== 'deleted')
    .sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  if (options.json) return printJson(shown.map(versionToJson));
  const head = ['rule', 'version', 'state', 'type', 'within', 'severity', 'changed', 'by'];
  for (const line of table([head, ...shown.map(rowOf)])) await print(line);
}

export async function showRule(id: string, options: ShowRuleOptions, signal: AbortSignal): Promise<void> {
  const versions = await readVersions(ruleSubject(id), options.nats, signal);
  if (versions.length === 0) {
    throw new CliFailure(
      `There is no rule ${JSON.stringify(id)}. \`vigil rules list\` shows them all.`,
      EXIT.notAll,
    );
  }
  const shown = (options.versions ? versions : versions.slice(-1)).map(versionToJson);
  if (options.json) return printJson(options.versions ? shown : shown[0]);
  for (const version of shown) await print(JSON.stringify(version, null, 2));
}

async function readVersions(
  subject: string,
  nats: string | undefined,
  signal: AbortSignal,
): Promise<RuleVersion[]> {
  const versions: RuleVersion[] = [];
  await withNats(nats, (connection) =>
    readStream(
      connection,
      { stream: STREAMS.events, subjects: [subject], from: 1, follow: false },
      signal,
      async ({ data }) => void versions.push(decodeRuleVersion(data)),
    ),
  );
  return versions;
}

function versionToJson({ rule, version, author, changedAt, comment }: RuleVersion): Record<string, unknown> {
  return { rule: ruleToJson(rule), version, author, changedAt: new Date(changedAt).toISOString(), comment };
}

function rowOf({ rule, version, author, changedAt }: RuleVersion): string[] {
  const changed = new Date(changedAt).toISOString();
  const within = formatDuration(rule.withinMs);
  return [rule.id, String(version), rule.state, rule.type, within, rule.severity, changed, author];
}
