/**
 * What was observed at a raising, as words: for countries the two and the time between; for velocity two doubles
 * for each condition. The texts follow from these and the version.
 */
import type { ConditionObservation, CountryObservation } from '#contracts';
import { formatAmount } from '#contracts';
import { countryText } from '../history/contents.js';
import type { CountryRun } from '../judging/country-run.js';
import { bigSum, safeSum } from '../judging/exact-sum.js';
import type { WindowTotals } from '../judging/window-totals.js';
import type { CompiledCondition, CompiledVelocity } from '../rules/compiled-version.js';
import { amountText } from './amount-text.js';

/** Windows are at most 30 days: the time between two logins fits a word. */
export const COUNTRY_FACTS = 3;
export const CONDITION_FACTS = 4;

const doubles = new Float64Array(2);
const halves = new Uint32Array(doubles.buffer);

export function writeCountryFacts(
  words: Uint32Array,
  at: number,
  country: number,
  time: number,
  run: CountryRun,
): void {
  words[at] = run.previousCountry;
  words[at + 1] = country;
  words[at + 2] = time - run.previousTime;
}

export function readCountryFacts(words: Uint32Array, at: number): CountryObservation {
  const [previousCountry, country] = [countryText(words[at])!, countryText(words[at + 1])!];
  return { previousCountry, country, apartMs: words[at + 2] };
}

export function writeVelocityFacts(
  words: Uint32Array,
  at: number,
  { conditions }: CompiledVelocity,
  totals: WindowTotals,
): void {
  for (let i = 0; i < conditions.length; i++) {
    setValue(conditions[i], totals);
    for (let half = 0; half < CONDITION_FACTS; half++) words[at + i * CONDITION_FACTS + half] = halves[half];
  }
}

export function readVelocityFacts(
  words: Uint32Array,
  at: number,
  { conditions }: CompiledVelocity,
): ConditionObservation[] {
  return conditions.map((condition, i) => {
    for (let half = 0; half < CONDITION_FACTS; half++) halves[half] = words[at + i * CONDITION_FACTS + half];
    const { aggregate, field, op, limitText } = condition;
    return { aggregate, field, op, value: valueText(condition), limit: limitText };
  });
}

/** Puts the condition's value into `doubles`: a sum in its two parts, anything else in the second. */
function setValue({ aggregate, place }: CompiledCondition, totals: WindowTotals): void {
  doubles[0] = aggregate === 'sum' ? totals.high[place] : 0;
  if (aggregate === 'sum') doubles[1] = totals.low[place];
  else if (aggregate === 'count') doubles[1] = totals.count;
  else if (aggregate === 'distinct') doubles[1] = totals.distinct[place];
  else if (aggregate === 'min') doubles[1] = totals.least[place];
  else if (aggregate === 'max') doubles[1] = totals.greatest[place];
  else doubles[1] = average(totals.high[place], totals.low[place], totals.present[place]);
}

function valueText({ aggregate }: CompiledCondition): string {
  const [high, low] = doubles;
  if (aggregate === 'count' || aggregate === 'distinct') return String(low);
  if (aggregate !== 'sum') return amountText(low);
  const sum = safeSum(high, low);
  return Number.isNaN(sum) ? formatAmount(bigSum(high, low)) : amountText(sum);
}

/** Nearest ten-thousandth, halves away from zero: an average is compared exactly, and shown to four places. */
function average(high: number, low: number, count: number): number {
  const sum = bigSum(high, low);
  const divisor = BigInt(count);
  const magnitude = sum < 0n ? -sum : sum;
  const rounded = Number((magnitude * 2n + divisor) / (divisor * 2n));
  return sum < 0n ? -rounded : rounded;
}
