/**
 * Makes traffic as a payment site has it: eight types of events, mostly honest, some of it fraud, some of it
 * out of order, sent twice or corrected. Everything follows from the seed and the times passed in.
 */
import { DueQueue } from './due-queue.js';
import { MEAN_SCENARIO_EVENTS, SCENARIOS, type Step } from './fraud.js';
import type { GeneratedEvent } from './generated-event.js';
import { CURRENCIES, Population, type AccountDraw } from './population.js';
import { SeededRandom } from './random.js';

export interface TrafficOptions {
  /** Any integer. */
  readonly seed: number;
  /** Number of accounts, at least 1. */
  readonly accounts: number;
  /** Share of the events that belong to a fraud scenario, 0 to 1. */
  readonly fraudShare?: number;
  /** Share of the events whose event time lies before the time they are made at. */
  readonly disorderShare?: number;
  /** How far back such an event time lies at most, in milliseconds. */
  readonly maxDisorderMs?: number;
  /** Share of the events that repeat a recent one word for word. */
  readonly duplicateShare?: number;
  /** Share of the events that repeat a recent identity with another amount or device. */
  readonly correctionShare?: number;
  /** `uniform` unless told otherwise. */
  readonly accountDraw?: AccountDraw;
  /** Mean amount of an honest payment, in the currency's unit; 20 unless told otherwise. */
  readonly meanAmount?: number;
  /** No event time lies before it, epoch milliseconds. */
  readonly startTimeMs?: number;
}

/** Share of each type among honest events, of 100. */
const STANDARD_MIX: readonly (readonly [eventType: string, percent: number])[] = [
  ['view', 30],
  ['click', 25],
  ['login', 12],
  ['purchase', 11],
  ['payment', 8],
  ['transfer', 5],
  ['log-out', 5],
  ['deposit', 4],
];
const TYPE_BY_PERCENT = STANDARD_MIX.flatMap(([type, percent]) => new Array<string>(percent).fill(type));
const PAID_TYPES = new Set(['purchase', 'payment', 'transfer', 'deposit']);
const PAYMENT_TYPES = ['CRD', 'CSH', 'SEPA', 'IDEAL'] as const;

/** How many recent events a duplicate or a correction is drawn from. */
const RECENT = 512;
/** Scenario steps that wait at most; beyond it they are sent before they are due, so that memory stays bounded. */
const MAX_PENDING_STEPS = 10_000;

export class TrafficGenerator {
  private readonly options: Required<TrafficOptions>;
  private readonly random: SeededRandom;
  private readonly population: Population;
  private readonly pending = new DueQueue<Step>();
  private readonly recent: GeneratedEvent[] = [];
  private recentNext = 0;

  constructor(options: TrafficOptions) {
    this.options = withDefaults(options);
    this.random = new SeededRandom(options.seed);
    this.population = new Population(options.accounts, this.options.accountDraw);
  }

  /** The next event, as sent at `timeMs` (epoch milliseconds; may not go back). */
  next(timeMs: number): GeneratedEvent {
    const { random, options } = this;
    if (this.recent.length > 0) {
      if (random.chance(options.duplicateShare)) return random.pick(this.recent);
      if (random.chance(options.correctionShare)) return this.correct(random.pick(this.recent));
    }
    if (random.chance(options.fraudShare / MEAN_SCENARIO_EVENTS)) this.beginScenario(timeMs);
    const due = this.pending.nextDueMs <= timeMs || this.pending.size > MAX_PENDING_STEPS;
    const step = due ? this.pending.pop() : undefined;
    const event = this.compose(step ?? this.honestStep(), this.eventTime(timeMs));
    this.remember(event);
    return event;
  }

  private beginScenario(timeMs: number): void {
    const account = this.population.drawAccount(this.random);
    const steps = this.random.pick(SCENARIOS)(account, this.population, this.random);
    for (const step of steps) this.pending.push(timeMs + step.afterMs, step);
  }

  private honestStep(): Step {
    const { random, population } = this;
    const account = population.drawAccount(random);
    const eventType = TYPE_BY_PERCENT[random.below(100)];
    const country = population.homeCountry(account);
    if (!PAID_TYPES.has(eventType)) return { account, eventType, country, afterMs: 0 };
    const cents = 1 + Math.floor(-Math.log(1 - random.fraction()) * this.options.meanAmount * 100);
    return { account, eventType, country, afterMs: 0, cents };
  }

  private eventTime(timeMs: number): number {
    const { disorderShare, maxDisorderMs, startTimeMs } = this.options;
    if (!this.random.chance(disorderShare)) return timeMs;
    return Math.max(startTimeMs, timeMs - 1 - this.random.below(maxDisorderMs));
  }

  private compose(step: Step, eventTime: number): GeneratedEvent {
    const { random, population } = this;
    const identity = {
      eventId: random.uuid(),
      accountId: population.accountId(step.account),
      eventType: step.eventType,
      country: step.country,
      eventTime,
    };
    const attributes: Record<string, string> = {
      ip: population.ip(step.account),
      deviceId: population.deviceId(step.account),
    };
    if (step.cents === undefined) return { ...identity, attributes };
    attributes.paymentType = random.pick(PAYMENT_TYPES);
    if (step.eventType === 'transfer' || step.eventType === 'payment') {
      attributes.beneficiaryId = step.beneficiaryId ?? `b-${random.below(5_000)}`;
    }
    const currency = CURRENCIES.get(population.homeCountry(step.account));
    return { ...identity, amount: centsText(step.cents), currency, attributes };
  }

  /** The same identity with other content: another amount where there is one, else another device. */
  private correct(event: GeneratedEvent): GeneratedEvent {
    if (event.amount !== undefined) {
      const cents = Math.round(Number(event.amount) * 100);
      return { ...event, amount: centsText(cents + 1 + this.random.below(1_000)) };
    }
    const deviceId = `d-${this.random.uint32().toString(36)}`;
    return { ...event, attributes: { ...event.attributes, deviceId } };
  }

  private remember(event: GeneratedEvent): void {
    if (this.options.duplicateShare === 0 && this.options.correctionShare === 0) return;
    this.recent[this.recentNext] = event;
    this.recentNext = (this.recentNext + 1) % RECENT;
  }
}

function centsText(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

function withDefaults(options: TrafficOptions): Required<TrafficOptions> {
  const full: Required<TrafficOptions> = {
    fraudShare: 0,
    disorderShare: 0,
    maxDisorderMs: 5_000,
    duplicateShare: 0,
    correctionShare: 0,
    accountDraw: 'uniform',
    meanAmount: 20,
    startTimeMs: 0,
    ...options,
  };
  if (!Number.isSafeInteger(full.accounts) || full.accounts < 1 || full.accounts > 1e9) {
    throw new RangeError(`accounts: ${full.accounts} is not an integer from 1 to 1000000000`);
  }
  for (const name of ['fraudShare', 'disorderShare', 'duplicateShare', 'correctionShare'] as const) {
    if (!(full[name] >= 0 && full[name] <= 1)) {
      throw new RangeError(`${name}: ${full[name]} is not a share from 0 to 1`);
    }
  }
  if (!Number.isSafeInteger(full.maxDisorderMs) || full.maxDisorderMs < 1) {
    throw new RangeError(
      `maxDisorderMs: ${full.maxDisorderMs} is not a whole number of milliseconds from 1 on`,
    );
  }
  if (!(full.meanAmount > 0 && full.meanAmount <= 1e6)) {
    throw new RangeError(`meanAmount: ${full.meanAmount} is not above 0 and at most 1000000`);
  }
  return full;
}
