/** Puts into words and figures what was observed when an alert comes to hold. */
import type { ConditionObservation, Evidence, EvidenceItem } from '#contracts';
import { formatAmount } from '#contracts';
import { countryText } from '../history/contents.js';
import { entryAmount, hasEntryAmount } from '../history/entry.js';
import type { History } from '../history/history.js';
import type { CountryRun } from '../judging/country-run.js';
import { bigSum } from '../judging/exact-sum.js';
import type { FieldValues } from '../judging/field-values.js';
import type { WindowTotals } from '../judging/window-totals.js';
import type { CompiledCondition, CompiledCountry, CompiledVelocity } from '../rules/compiled-version.js';
import { hasSlot } from '../rules/program.js';
import type { AlertDetails } from './alert-details.js';
import { countryReason, velocityReason } from './reason.js';

const MAX_EVIDENCE = 20;

export class Describer {
  constructor(
    private readonly history: History,
    private readonly values: FieldValues,
  ) {}

  /** The group's fields and values of an entry that matters to the version. */
  group(version: CompiledVelocity, index: number, accountId: string): Record<string, string> {
    const group: Record<string, string> = {};
    for (const name of version.rule.groupBy) {
      const field = version.groupBy.find((each) => each.name === name);
      group[name] = field === undefined ? accountId : this.values.text(field, index);
    }
    return group;
  }

  countries(version: CompiledCountry, index: number, run: CountryRun, accountId: string): AlertDetails {
    const { history } = this;
    const country = countryText(history.contents.country(history.content(index)))!;
    const previousCountry = countryText(run.previousCountry)!;
    const observed = { previousCountry, country, apartMs: history.time(index) - run.previousTime };
    const items = [this.item(index, accountId)];
    for (let i = index - 1; items.length < 2 && i >= 0; i--) {
      if (history.time(i) !== run.previousTime || !hasSlot(history.view(i).seen, version.slot)) continue;
      if (history.contents.country(history.content(i)) === run.previousCountry && !history.isLogOut(i))
        items.push(this.item(i, accountId));
    }
    const reason = countryReason(accountId, observed, version.rule);
    return { group: { accountId }, reason, observed, evidence: { events: items, count: items.length } };
  }

  velocity(version: CompiledVelocity, index: number, totals: WindowTotals, accountId: string): AlertDetails {
    const group = this.group(version, index, accountId);
    const conditions = version.conditions.map((each) => observe(each, totals));
    const reason = velocityReason(accountId, group, conditions, totals.count, version.rule);
    const evidence = this.evidence(version, index, totals.count, accountId);
    return { group, reason, observed: { conditions }, evidence };
  }

  private evidence(version: CompiledVelocity, index: number, count: number, accountId: string): Evidence {
    const { history, values } = this;
    const events: EvidenceItem[] = [];
    const most = Math.min(count, MAX_EVIDENCE);
    for (let i = index; events.length < most; i--) {
      if (!hasSlot(history.view(i).seen, version.slot) || !values.sameGroup(version, i, index)) continue;
      events.push(this.item(i, accountId));
    }
    return { events, count };
  }

  private item(index: number, accountId: string): EvidenceItem {
    const { history } = this;
    const { contents, words } = history;
    const content = history.content(index);
    const at = history.at(index);
    return {
      eventId: history.eventId(index),
      accountId,
      eventType: this.values.texts.read(contents.type(content)),
      eventTime: history.time(index),
      country: countryText(contents.country(content)),
      amount: hasEntryAmount(words, at) ? formatAmount(entryAmount(words, at)) : null,
    };
  }
}

function observe(condition: CompiledCondition, totals: WindowTotals): ConditionObservation {
  const { aggregate, field, op, limit } = condition;
  return { aggregate, field, op, value: valueText(condition, totals), limit: formatAmount(limit) };
}

function valueText({ aggregate, place }: CompiledCondition, totals: WindowTotals): string {
  if (aggregate === 'count') return String(totals.count);
  if (aggregate === 'distinct') return String(totals.distinct[place]);
  if (aggregate === 'min') return formatAmount(totals.least[place]);
  if (aggregate === 'max') return formatAmount(totals.greatest[place]);
  const sum = bigSum(totals.high[place], totals.low[place]);
  return formatAmount(aggregate === 'sum' ? sum : roundedQuotient(sum, BigInt(totals.present[place])));
}

/** Nearest whole number, halves away from zero: an average is shown to four places, and compared exactly. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -rounded : rounded;
}
