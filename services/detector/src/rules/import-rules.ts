/**
 * Brings the rules of the file into the log, each as the next version of its id, when the file changed.
 *
 * The hash of what was imported last lies with that version in the log. A rule that somebody changed since is left
 * alone until the file itself says something new; a rule that is no longer in the file stays as it is.
 */
import { decodeRuleVersion, encodeRuleVersion, ruleSubject, STREAMS } from '#contracts';
import { type AckedPublisher, type NatsConnection, readBack, streamState } from '#jetstream';
import type { Logger } from '#observability';
import type { FileRule } from './rules-file.js';

export const IMPORT_HASH_HEADER = 'Vigil-Import-Hash';
export const IMPORT_AUTHOR = 'shipped-rules';

/** What the log says of one rule id. */
interface RuleInLog {
  /** Of the newest version; 0 when there is none that can be read. */
  readonly version: number;
  /** Of the newest message on the rule's subject. */
  readonly sequence: number;
  /** Hash of the file's rule that was imported last. */
  readonly importedHash: string | null;
}

export type ImportOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'imported'; readonly version: number }
  /** Somebody else published a version meanwhile: look again. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'not-stored'; readonly message: string };

const ABSENT: RuleInLog = { version: 0, sequence: 0, importedHash: null };

/** Reads what the log holds of each rule, by rule subject. */
export async function readRulesInLog(connection: NatsConnection): Promise<Map<string, RuleInLog>> {
  const { first, last } = await streamState(connection, STREAMS.events);
  const known = new Map<string, RuleInLog>();
  const subjects = ['rules.>'];
  const request = {
    stream: STREAMS.events,
    subjects,
    fromSequence: first,
    upToSequence: last,
    headersOnly: false,
  };
  for await (const message of readBack(connection, request)) {
    const before = known.get(message.subject) ?? ABSENT;
    known.set(message.subject, {
      version: Math.max(before.version, versionOf(message.data)),
      sequence: message.sequence,
      importedHash: message.header(IMPORT_HASH_HEADER) ?? before.importedHash,
    });
  }
  return known;
}

function versionOf(data: Uint8Array): number {
  try {
    return decodeRuleVersion(data).version;
  } catch {
    // What cannot be read is no version; whoever folds the log sets it aside.
    return 0;
  }
}

/** Publishes one rule of the file if it is new or changed. `nowMs` is recorded as the time of the change. */
export async function importRule(
  publisher: AckedPublisher,
  { rule, hash }: FileRule,
  known: RuleInLog = ABSENT,
  nowMs: number = Date.now(),
): Promise<ImportOutcome> {
  if (known.importedHash === hash) return { kind: 'unchanged' };
  const version = known.version + 1;
  const comment = known.version === 0 ? 'First import' : 'The rules file changed';
  const data = encodeRuleVersion({ rule, version, author: IMPORT_AUTHOR, changedAt: nowMs, comment });
  const outcome = await publisher.publish(ruleSubject(rule.id), data, {
    headers: { [IMPORT_HASH_HEADER]: hash },
    expectLastSubjectSequence: known.sequence,
  });
  if (outcome.kind === 'stored') return { kind: 'imported', version };
  if (outcome.kind === 'conflict') return { kind: 'overtaken' };
  return { kind: 'not-stored', message: `${outcome.kind}: ${outcome.message}` };
}

/**
 * Imports what changed. Returns the ids that are still to be done, because the log did not take them or somebody
 * else came first: the caller tries again, and what was stored after all shows itself then.
 */
export async function importRules(
  connection: NatsConnection,
  publisher: AckedPublisher,
  rules: readonly FileRule[],
  logger: Logger,
): Promise<string[]> {
  const known = await readRulesInLog(connection);
  const left: string[] = [];
  for (const fileRule of rules) {
    const { id } = fileRule.rule;
    const outcome = await importRule(publisher, fileRule, known.get(ruleSubject(id)));
    if (outcome.kind === 'imported')
      logger.info({ rule: id, version: outcome.version }, `Imported rule ${id}`);
    if (outcome.kind === 'not-stored')
      logger.warn({ rule: id }, `Rule ${id} is not stored yet: ${outcome.message}`);
    if (outcome.kind === 'overtaken' || outcome.kind === 'not-stored') left.push(id);
  }
  return left;
}
