/** A history in a form that a person can read: settings, then one line a message or event. */
import type { AccountEvent, Rule, RuleVersion } from '#contracts';
import { decimalText } from './fields.js';
import type { History } from './history.js';

export function describeHistory({ settings, log }: History): string {
  const start = log[0]?.logTimeMs ?? 0;
  const lines = [
    `lateness ${settings.allowedLatenessMs} ms, sweep ${settings.sweepIntervalMs} ms, ` +
      `marks ${settings.letGoMarkMs} ms, cap ${settings.maxActorHistory}; times are relative to ${start}`,
  ];
  log.forEach((message, index) => {
    const head = `#${index + 1} at ${relative(message.logTimeMs, start)}`;
    if (message.kind === 'tick') lines.push(`${head} tick`);
    else if (message.kind === 'rule') lines.push(`${head} ${describeVersion(message.version)}`);
    else message.events.forEach((event, i) => lines.push(`${head}[${i}] ${describeEvent(event, start)}`));
  });
  return lines.join('\n');
}

function relative(timeMs: number, start: number): string {
  return `${timeMs >= start ? '+' : ''}${timeMs - start}`;
}

function describeVersion({ rule, version }: RuleVersion): string {
  return `${rule.id} version ${version} ${rule.state}: ${describeRule(rule)} within ${rule.withinMs} ms`;
}

function describeRule(rule: Rule): string {
  if (rule.type === 'multi-country') return 'multi-country';
  const having = rule.having.map(
    ({ aggregate, field, op, limit }) => `${aggregate}(${field ?? ''}) ${op} ${decimalText(limit)}`,
  );
  const types = rule.eventTypes.join(',') || 'any type';
  return `velocity of ${types}, has [${rule.has.join()}], by [${rule.groupBy.join()}], ${having.join(' and ')}`;
}

function describeEvent(event: AccountEvent, start: number): string {
  const { accountId, eventId, eventType, eventTime, country, amount, currency, attributes } = event;
  const parts = [accountId, JSON.stringify(eventId), eventType, `time ${relative(eventTime, start)}`];
  if (country !== null) parts.push(country);
  if (amount !== null) parts.push(`amount ${decimalText(BigInt(amount))}`);
  if (currency !== null) parts.push(currency);
  for (const { name, kind, text } of attributes) parts.push(`${name}=${JSON.stringify(text)}:${kind}`);
  return parts.join(' ');
}
