/** The sentence of an alert. */
import type { ConditionObservation, CountryObservation, Rule } from '#contracts';
import { formatDuration } from '#contracts';

const OVER: Record<string, string> = {
  sum: 'a sum of',
  avg: 'an average of',
  min: 'a least',
  max: 'a greatest',
};

export function countryReason(accountId: string, observed: CountryObservation, rule: Rule): string {
  const apart = roughly(observed.apartMs);
  const when = observed.apartMs === 0 ? 'at the same time as' : `${apart} after`;
  const { country, previousCountry } = observed;
  return `Account ${accountId} logged in from ${country} ${when} a login from ${previousCountry}, within ${spoken(rule.withinMs)}`;
}

export function velocityReason(
  accountId: string,
  group: Readonly<Record<string, string>>,
  conditions: readonly ConditionObservation[],
  count: number,
  rule: Rule,
): string {
  const extra = Object.keys(group).filter((field) => field !== 'accountId');
  const about = extra.map((field) => `, ${field} ${group[field]}`).join('');
  const counted = conditions.filter(({ aggregate }) => aggregate === 'count');
  const limits = counted.map(({ op, limit }) => ` (limit ${op} ${limit})`).join('');
  const others = conditions.filter(({ aggregate }) => aggregate !== 'count').map(clause);
  const rest = others.length === 0 ? '' : ` with ${others.join(' and ')}`;
  return `Account ${accountId}${about}: ${noun(rule, count)} in ${spoken(rule.withinMs)}${limits}${rest}`;
}

function clause({ aggregate, field, op, value, limit }: ConditionObservation): string {
  const bound = `(limit ${op} ${limit})`;
  if (aggregate === 'distinct') return `${value} different values of ${field} ${bound}`;
  const what = field === 'amount' ? '' : ` of ${field}`;
  return `${OVER[aggregate]} ${value}${what} ${bound}`;
}

function noun(rule: Rule, count: number): string {
  const only = rule.type === 'velocity' && rule.eventTypes.length === 1 ? rule.eventTypes[0] : 'event';
  return `${count} ${only}${count === 1 ? '' : 's'}`;
}

function spoken(ms: number): string {
  return formatDuration(ms)
    .replace(/^(\d+)([a-z]+)$/, '$1 $2')
    .replace(/ m$/, ' min');
}

/** For people: `450 ms`, `5.8 s`, `2 min 30 s`. The exact distance is in what was observed. */
function roughly(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1_000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
