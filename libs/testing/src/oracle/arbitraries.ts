/** Random drafts of histories (fast-check). The weights favour what is rare in life and hard to get right. */
import fc, { type Arbitrary } from 'fast-check';
import { EVENT_IDS } from './build-history.js';
import type {
  BurstDraft,
  ConditionDraft,
  ContentDraft,
  DeliveryDraft,
  GapDraft,
  HistoryDraft,
  RuleDraft,
  SettingsDraft,
  StepDraft,
  TimeDraft,
} from './drafts.js';

const DAY_MS = 86_400_000;

const AMOUNTS = [0, 1, -1, 10_000, 25_000, 33_333, 99_999, 100_000, -25_000, 1e15, 1e15 - 1, -1e15];
const AMOUNT_LIMITS = [0n, 1n, 10_000n, 33_333n, 50_000n, 100_000n, -25_000n, 10n ** 15n, 2n * 10n ** 15n];
const COUNT_LIMITS = [0n, 10_000n, 20_000n, 30_000n, 40_000n, 15_000n];
const SCORES = ['12', '12.5', '-3.25', '0.1', '0', 'abc', '1.23456', '100000000000', '100000000000.0001'];
const WITHINS = [1000, 5000, 60_000, 300_000, 7 * DAY_MS, 30 * DAY_MS];

/** Anything at all may happen; no burst is longer than `mostInBurst` events. */
export function anyHistory(mostSteps: number, mostInBurst: number): Arbitrary<HistoryDraft> {
  return fc.record({
    settings: anySettings(),
    rules: fc.array(anyRule(), { minLength: 1, maxLength: 4 }),
    steps: fc.array(anyStep(mostInBurst), { minLength: 1, maxLength: mostSteps, size: 'max' }),
  });
}

/** Rules that stay as they are, and deliveries; nothing is capped, and let-go marks do not expire. */
export function steadyHistory(
  mostSteps: number,
): Arbitrary<HistoryDraft & { readonly steps: DeliveryDraft[] }> {
  return fc.record({
    settings: anySettings().map((settings) => ({
      ...settings,
      letGoMarkMs: DAY_MS,
      maxActorHistory: 100_000,
    })),
    rules: fc.array(anyRule(), { minLength: 1, maxLength: 4 }),
    steps: fc.array(anyDelivery(), { minLength: 1, maxLength: mostSteps, size: 'max' }),
  });
}

function anySettings(): Arbitrary<SettingsDraft> {
  return fc.record({
    allowedLatenessMs: fc.constantFrom(600_000, 10_000, 1000, 1),
    sweepIntervalMs: fc.constantFrom(0, 1, 1000, 60_000),
    letGoMarkMs: weighted([3, DAY_MS], [1, 30_000]),
    maxActorHistory: fc.oneof({ weight: 4, arbitrary: fc.constant(100_000) }, fc.constantFrom(1, 2, 3, 5)),
  });
}

function anyRule(): Arbitrary<RuleDraft> {
  return fc.record({
    velocity: fc.option(
      fc.record({
        eventTypes: fc.constantFrom(
          ['purchase', 'transfer', 'payment'],
          [],
          ['login'],
          ['purchase', 'log-out'],
        ),
        has: fc.constantFrom(['amount'], [], ['country'], ['beneficiaryId', 'amount']),
        groupBy: fc.constantFrom(
          ['accountId'],
          ['accountId', 'beneficiaryId'],
          ['country', 'accountId'],
          ['accountId', 'eventType'],
          ['accountId', 'amount'],
          ['accountId', 'score', 'currency'],
          ['country'],
        ),
        having: fc.array(anyCondition(), { minLength: 1, maxLength: 2 }),
      }),
      { freq: 2 },
    ),
    withinMs: fc.constantFrom(...WITHINS),
    state: weighted([6, 'active' as const], [2, 'shadow' as const], [1, 'paused' as const]),
    severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
  });
}

function anyCondition(): Arbitrary<ConditionDraft> {
  const op = fc.constantFrom('=', '!=', '>', '>=', '<', '<=');
  const distinctFields = [
    'country',
    'amount',
    'eventType',
    'beneficiaryId',
    'score',
    'currency',
    'eventTime',
    'eventId',
  ];
  return fc.oneof(
    fc.record({
      aggregate: fc.constant('count' as const),
      field: fc.constant(null),
      op,
      limit: fc.constantFrom(...COUNT_LIMITS),
    }),
    fc.record({
      aggregate: fc.constantFrom('sum', 'avg', 'min', 'max'),
      field: fc.constantFrom('amount', 'score'),
      op,
      limit: fc.constantFrom(...AMOUNT_LIMITS),
    }),
    fc.record({
      aggregate: fc.constant('distinct' as const),
      field: fc.constantFrom(...distinctFields),
      op,
      limit: fc.constantFrom(...COUNT_LIMITS),
    }),
  );
}

function anyStep(mostInBurst: number): Arbitrary<StepDraft> {
  const states = fc.constantFrom('active', 'shadow', 'paused', 'deleted');
  return fc.oneof(
    { weight: 40, arbitrary: anyDelivery() },
    { weight: 1, arbitrary: anyBurst(mostInBurst) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), gap: anyGap() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('rule' as const),
        gap: anyGap(),
        rule: fc.nat(3),
        change: fc.oneof(states, anyRule()),
      }),
    },
  );
}

function anyDelivery(): Arbitrary<DeliveryDraft> {
  const delivered = { gap: anyGap(), joinsFrame: fc.boolean() };
  return fc.oneof(
    {
      weight: 7,
      arbitrary: fc.record({
        kind: fc.constant('event' as const),
        account: weighted([12, 0], [3, 1], [2, 2], [1, 3]),
        id: fc.nat(EVENT_IDS.length - 1),
        time: anyTime(),
        content: anyContent(),
        ...delivered,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('repeat' as const), back: fc.nat(10), ...delivered }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('correction' as const),
        back: fc.nat(10),
        fields: fc.constantFrom(
          'all',
          'eventType',
          'country',
          'amount',
          'currency',
          'beneficiaryId',
          'score',
        ),
        content: anyContent(),
        ...delivered,
      }),
    },
  );
}

function anyBurst(mostInBurst: number): Arbitrary<BurstDraft> {
  return fc.record({
    kind: fc.constant('burst' as const),
    gap: anyGap(),
    account: fc.constantFrom(0, 1),
    count: fc.integer({ min: 2, max: mostInBurst }),
    apartMs: fc.constantFrom(0, 1, -1, 500),
    time: anyTime(),
    content: anyContent(),
  });
}

function anyTime(): Arbitrary<TimeDraft> {
  return fc.record({
    anchor: weighted([4, 'earlier' as const], [3, 'log' as const], [1, 'old' as const]),
    back: fc.nat(6),
    direction: fc.constantFrom(0, 1, -1),
    span: fc.nat(11),
    jitterMs: weighted([4, 0], [1, 1], [1, -1]),
  });
}

function anyGap(): Arbitrary<GapDraft> {
  return fc.record({
    span: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(15)),
    jitterMs: weighted([4, 0], [1, 1], [1, -1]),
  });
}

function anyContent(): Arbitrary<ContentDraft> {
  return fc.record({
    eventType: fc.constantFrom(
      ...['login', 'login', 'login', 'log-out', 'purchase', 'purchase', 'transfer', 'payment', 'click'],
    ),
    country: fc.constantFrom(null, 'RU', 'IN', 'RU', 'IN', 'NL', 'ZZ'),
    amount: fc.oneof(fc.constant(null), { weight: 3, arbitrary: fc.constantFrom(...AMOUNTS) }),
    currency: fc.constantFrom(null, 'EUR', 'USD'),
    beneficiaryId: fc.constantFrom(null, 'b1', 'b2', '1', '1.0'),
    score: fc.option(
      fc.record({ kind: fc.constantFrom('string', 'number'), text: fc.constantFrom(...SCORES) }),
    ),
  });
}

function weighted<T>(...choices: [weight: number, value: T][]): Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}
