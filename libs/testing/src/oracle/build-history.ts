/** Turns a draft into a history: works out times and references, and cuts frames. */
import { NO_ATTRIBUTES, type AccountEvent, type Attribute, type Rule, type RuleVersion } from '#contracts';
import type {
  BurstDraft,
  ContentDraft,
  DeliveryDraft,
  GapDraft,
  HistoryDraft,
  RuleChangeDraft,
  RuleDraft,
  TimeDraft,
} from './drafts.js';
import type { History, LogEntry } from './history.js';

const LOG_START_MS = 1_760_000_000_000;
const OLD_DAY_MS = 1_601_736_282_000;
/** How far an event's time may run ahead of its log time; intake refuses more. */
const MOST_AHEAD_MS = 300_000;
const EARLIEST_MS = 946_684_800_000;

/** Some that a compact coding of integers might take for one another. */
const ACCOUNTS = ['acct-1', '9726', '09726', '\u00e9'];
/**
 * The last two sort one way by UTF-16 units and the other way by UTF-8 bytes; the longer ones are a UUID and
 * what a compact coding of UUIDs might take for it.
 */
export const EVENT_IDS = [
  ...['a', 'b', 'B', '395805b6-7aee-409a-85cc-d2ffb7eb7ef2', '395805B6-7AEE-409A-85CC-D2FFB7EB7EF2'],
  ...['395805b6-7aee-409a-85cc-d2ffb7eb7ef', '395805b67aee409a85ccd2ffb7eb7ef2', '\u{1f600}', '\uff5e'],
];

export function buildHistory(draft: HistoryDraft): History {
  return new HistoryBuilder(draft).build();
}

class HistoryBuilder {
  private readonly log: LogEntry[] = [];
  private readonly delivered: AccountEvent[] = [];
  private readonly versions = new Map<string, RuleVersion>();
  private clockMs = LOG_START_MS;

  constructor(private readonly draft: HistoryDraft) {}

  build(): History {
    this.draft.rules.forEach((rule, i) => this.changeRule(ruleId(i), rule));
    for (const step of this.draft.steps) {
      if (step.kind === 'tick') {
        this.pass(step.gap);
        this.log.push({ kind: 'tick', logTimeMs: this.clockMs });
      } else if (step.kind === 'rule') {
        this.addRuleChange(step);
      } else if (step.kind === 'burst') {
        this.addBurst(step);
      } else {
        this.addDelivery(step);
      }
    }
    return { settings: { shard: 7, ...this.draft.settings }, log: this.log };
  }

  private addRuleChange({ gap, rule, change }: RuleChangeDraft): void {
    this.pass(gap);
    if (typeof change !== 'string') return this.changeRule(ruleId(rule), change);
    const standing = this.versions.get(ruleId(rule));
    if (standing !== undefined) this.addVersion({ ...standing.rule, state: change });
  }

  private changeRule(id: string, { velocity, withinMs, state, severity }: RuleDraft): void {
    const base = { id, state, severity, withinMs };
    this.addVersion(
      velocity === null ? { ...base, type: 'multi-country' } : { ...base, type: 'velocity', ...velocity },
    );
  }

  private addVersion(rule: Rule): void {
    const version: RuleVersion = {
      rule,
      version: (this.versions.get(rule.id)?.version ?? 0) + 1,
      author: 'analyst',
      changedAt: this.clockMs,
      comment: '',
    };
    this.versions.set(rule.id, version);
    this.log.push({ kind: 'rule', logTimeMs: this.clockMs, version });
  }

  private addDelivery(step: DeliveryDraft): void {
    const frame = this.log.at(-1);
    const joins = step.joinsFrame && frame?.kind === 'frame';
    if (!joins) this.pass(step.gap);
    const event = this.eventOf(step);
    if (event === null) return;
    this.delivered.push(event);
    if (joins) this.log[this.log.length - 1] = { ...frame, events: [...frame.events, event] };
    else this.log.push({ kind: 'frame', logTimeMs: this.clockMs, events: [event] });
  }

  private addBurst({ gap, account, count, apartMs, time, content }: BurstDraft): void {
    this.pass(gap);
    const firstTime = this.timeOf(time);
    const events = Array.from({ length: count }, (_, i) => ({
      eventId: `burst-${i}`,
      accountId: ACCOUNTS[account],
      eventTime: firstTime + i * apartMs,
      ...contentOf(content),
    }));
    this.delivered.push(...events);
    this.log.push({ kind: 'frame', logTimeMs: this.clockMs, events });
  }

  private eventOf(step: DeliveryDraft): AccountEvent | null {
    if (step.kind === 'event') {
      const identity = { eventId: EVENT_IDS[step.id], accountId: ACCOUNTS[step.account] };
      return { ...identity, eventTime: this.timeOf(step.time), ...contentOf(step.content) };
    }
    const earlier = this.earlier(step.back);
    if (earlier === null || step.kind === 'repeat') return earlier;
    const content = contentOf(step.content);
    if (step.fields === 'all') return { ...earlier, ...content };
    if (step.fields !== 'beneficiaryId' && step.fields !== 'score') {
      return { ...earlier, [step.fields]: content[step.fields] };
    }
    const others = earlier.attributes.filter(({ name }) => name !== step.fields);
    const changed = content.attributes.filter(({ name }) => name === step.fields);
    return { ...earlier, attributes: sorted([...others, ...changed]) };
  }

  private earlier(back: number): AccountEvent | null {
    if (this.delivered.length === 0) return null;
    return this.delivered[this.delivered.length - 1 - (back % this.delivered.length)];
  }

  private timeOf({ anchor, back, direction, span, jitterMs }: TimeDraft): number {
    const spans = this.eventSpans();
    const earlier = anchor === 'earlier' ? (this.earlier(back)?.eventTime ?? this.clockMs) : 0;
    const from = { log: this.clockMs, old: OLD_DAY_MS, earlier }[anchor];
    const time = from + direction * spans[span % spans.length] + jitterMs;
    return Math.max(EARLIEST_MS, Math.min(time, this.clockMs + MOST_AHEAD_MS));
  }

  private pass({ span, jitterMs }: GapDraft): void {
    const { allowedLatenessMs, sweepIntervalMs, letGoMarkMs } = this.draft.settings;
    const windows = this.windows();
    const ending = windows.map((withinMs) => withinMs + allowedLatenessMs);
    const steps = [0, 0, 1, 10, sweepIntervalMs, allowedLatenessMs, Math.ceil(allowedLatenessMs / 2)];
    const spans = [...steps, ...ending, windows[0], letGoMarkMs, -500];
    this.clockMs += span === 0 ? 0 : spans[span % spans.length] + jitterMs;
  }

  /** The spans at whose ends decisions change. */
  private eventSpans(): number[] {
    const { allowedLatenessMs } = this.draft.settings;
    const windows = this.windows();
    return [...windows, 0, ...windows.map((withinMs) => withinMs + allowedLatenessMs), allowedLatenessMs];
  }

  private windows(): number[] {
    return this.draft.rules.map(({ withinMs }) => withinMs);
  }
}

function ruleId(index: number): string {
  return `rule-${index + 1}`;
}

function contentOf(content: ContentDraft): Omit<AccountEvent, 'eventId' | 'accountId' | 'eventTime'> {
  const { eventType, country, amount, currency, beneficiaryId, score } = content;
  const attributes: Attribute[] = [];
  if (beneficiaryId !== null) attributes.push({ name: 'beneficiaryId', kind: 'string', text: beneficiaryId });
  if (score !== null) attributes.push({ name: 'score', ...score });
  return { eventType, country, amount, currency, attributes: sorted(attributes) };
}

function sorted(attributes: readonly Attribute[]): readonly Attribute[] {
  if (attributes.length === 0) return NO_ATTRIBUTES;
  return [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
}
