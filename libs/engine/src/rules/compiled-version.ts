/** A retained version made ready for judging: fields resolved, conditions split by what they run over. */
import type { AccountEvent, Condition, MultiCountryRule, VelocityRule } from '#contracts';
import { formatAmount, LOG_OUT, LOGIN } from '#contracts';
import type { Contents } from '../history/contents.js';
import type { Field } from './field.js';
import { contentHas, eventHas, fieldKind } from './field.js';
import type { RetainedVersion } from './rule-book.js';

export interface CompiledCondition extends Condition {
  /** Place among the rule's numeric fields (`sum`, `avg`, `min`, `max`) or its distinct fields; -1 for `count`. */
  readonly place: number;
  /** The limit as a number; exact when `limitIsSafe`. */
  readonly limitNumber: number;
  readonly limitIsSafe: boolean;
  readonly limitText: string;
}

interface CompiledBase extends RetainedVersion {
  /** Its place in the program, and the bit that stands for it in sets of versions. */
  readonly slot: number;
  readonly withinMs: number;
  /** Types that matter, as texts; empty means every type. */
  readonly types: readonly string[];
}

export interface CompiledCountry extends CompiledBase {
  readonly kind: 'multi-country';
  readonly rule: MultiCountryRule;
}

export interface CompiledVelocity extends CompiledBase {
  readonly kind: 'velocity';
  readonly rule: VelocityRule;
  /** Every field that an event must have: `has` and `groupBy`. */
  readonly needs: readonly Field[];
  /** Fields that tell groups of one account apart: `groupBy` without `accountId`. */
  readonly groupBy: readonly Field[];
  /** Whether equal contents mean equal groups. */
  readonly groupInContent: boolean;
  readonly numeric: readonly Field[];
  readonly distinct: readonly Field[];
  readonly conditions: readonly CompiledCondition[];
  readonly needsExtremes: boolean;
}

export type CompiledVersion = CompiledCountry | CompiledVelocity;

/** `resolve` gives the text number of an attribute's name. */
export function compileVersion(
  retained: RetainedVersion,
  slot: number,
  resolve: (name: string) => number,
): CompiledVersion {
  const { rule } = retained.version;
  const { uid, ruleIndex, version, lapsesAt } = retained;
  const base = { uid, ruleIndex, version, lapsesAt, slot, withinMs: rule.withinMs };
  if (rule.type === 'multi-country') return { ...base, kind: rule.type, rule, types: [LOGIN, LOG_OUT] };
  const field = (name: string): Field => {
    const kind = fieldKind(name);
    return { name, kind, attribute: kind === 'attribute' ? resolve(name) : 0 };
  };
  const unique = (names: readonly string[]): Field[] => [...new Set(names)].map(field);
  const groupBy = unique(rule.groupBy.filter((name) => name !== 'accountId'));
  const overNumbers = rule.having.filter((each) => isNumeric(each) && each.field !== null);
  const numeric = unique(overNumbers.map((each) => each.field!));
  const overTexts = rule.having.filter((each) => each.aggregate === 'distinct' && each.field !== null);
  const distinct = unique(overTexts.map((each) => each.field!));
  return {
    ...base,
    kind: rule.type,
    rule,
    types: rule.eventTypes,
    needs: unique([...rule.has, ...rule.groupBy]),
    groupBy,
    groupInContent: groupBy.every(
      ({ kind }) => kind !== 'eventId' && kind !== 'eventTime' && kind !== 'amount',
    ),
    numeric,
    distinct,
    conditions: rule.having.map((each) => compileCondition(each, isNumeric(each) ? numeric : distinct)),
    needsExtremes: rule.having.some(({ aggregate }) => aggregate === 'min' || aggregate === 'max'),
  };
}

function isNumeric({ aggregate }: Condition): boolean {
  return aggregate !== 'count' && aggregate !== 'distinct';
}

function compileCondition(condition: Condition, fields: readonly Field[]): CompiledCondition {
  const limitNumber = Number(condition.limit);
  const place = fields.findIndex(({ name }) => name === condition.field);
  const limitIsSafe = Number.isSafeInteger(limitNumber);
  return { ...condition, place, limitNumber, limitIsSafe, limitText: formatAmount(condition.limit) };
}

/** Whether an event of a type that the version names, or of any type when it names none, matters to it. */
export function eventMatters(version: CompiledVersion, event: AccountEvent): boolean {
  if (version.kind === 'multi-country') return event.eventType === LOG_OUT || event.country !== null;
  const { needs } = version;
  for (let i = 0; i < needs.length; i++) if (!eventHas(event, needs[i])) return false;
  return true;
}

/** As `eventMatters`, of a held content whose type is `type`. */
export function contentMatters(
  version: CompiledVersion,
  contents: Contents,
  content: number,
  type: string,
): boolean {
  if (version.kind === 'multi-country') return type === LOG_OUT || contents.country(content) !== 0;
  return version.needs.every((field) => contentHas(contents, content, field));
}
