/** Scenarios that the shipped rules are there to find, each as a list of steps of one account. */
import type { Population } from './population.js';
import type { SeededRandom } from './random.js';

/** What is set about an event; the generator fills in the rest as for any other. */
export interface Step {
  readonly account: number;
  readonly eventType: string;
  readonly country: string;
  /** After the scenario's start, in milliseconds. */
  readonly afterMs: number;
  /** Hundredths of the currency's unit. */
  readonly cents?: number;
  readonly beneficiaryId?: string;
}

export type Scenario = (account: number, population: Population, random: SeededRandom) => Step[];

/** Two logins from two countries, minutes apart at most: `multi-country-login`. */
function sharedLogin(account: number, population: Population, random: SeededRandom): Step[] {
  const home = population.homeCountry(account);
  const away = population.foreignCountry(account, random);
  return [
    { account, eventType: 'login', country: home, afterMs: 0 },
    { account, eventType: 'login', country: away, afterMs: 500 + random.below(20_000) },
  ];
}

/** Five payments in quick succession: `velocity-60s` (more than 3, more than 1,000 in all). */
function spendingSpree(account: number, population: Population, random: SeededRandom): Step[] {
  const country = population.homeCountry(account);
  return Array.from({ length: 5 }, (_, i) => ({
    account,
    eventType: 'purchase',
    country,
    afterMs: i * (400 + random.below(3_000)),
    cents: 30_000 + random.below(40_000),
  }));
}

/** Payments from five countries in as many minutes: `many-countries`. */
function worldTour(account: number, population: Population, random: SeededRandom): Step[] {
  const seen = new Set<string>([population.homeCountry(account)]);
  while (seen.size < 5) seen.add(population.foreignCountry(account, random));
  return [...seen].map((country, i) => ({
    account,
    eventType: 'payment',
    country,
    afterMs: i * (800 + random.below(4_000)),
    cents: 500 + random.below(2_000),
  }));
}

/** Large transfers to one beneficiary: `payer-beneficiary-week` (more than 1,000,000 in a week). */
function drainedAccount(account: number, population: Population, random: SeededRandom): Step[] {
  const country = population.homeCountry(account);
  const beneficiaryId = `b-${random.uint32().toString(36)}`;
  return Array.from({ length: 3 }, (_, i) => ({
    account,
    eventType: 'transfer',
    country,
    afterMs: i * (1_000 + random.below(5_000)),
    cents: 40_000_000 + random.below(5_000_000),
    beneficiaryId,
  }));
}

/** Shared logins are what Vigil is mostly about, so they are drawn as often as the rest together. */
export const SCENARIOS: readonly Scenario[] = [
  sharedLogin,
  sharedLogin,
  sharedLogin,
  spendingSpree,
  worldTour,
  drainedAccount,
];

/** Mean number of events in a scenario: 3 × 2, 5, 5 and 3 events over 6 scenarios. */
export const MEAN_SCENARIO_EVENTS = 19 / 6;
