/**
 * The engine against the evaluator on some thousands of random histories, other ones at each run.
 * A failure prints the history, made small, with the seed; see `run-property.ts` for the replay.
 */
import { ShardEngine } from '#engine';
import { EXAMPLES, exampleHistory, type ExampleOrder } from './contract-examples.js';
import { evaluate } from './oracle.js';
import {
  AGREEMENT,
  AGREEMENT_ON_MUCH,
  comesTooLate,
  DETERMINISM,
  FRAME_CUTS,
  ORDER,
  type Property,
} from './properties.js';
import { recordRun, standingAlerts, type CreateFold } from './recorded-run.js';
import { describeFailure, runProperty, seedFrom } from './run-property.js';

const createEngine: CreateFold = (settings) => new ShardEngine(settings);
const replay = seedFrom(process.env);
/** The properties take seconds of computing; on a busy machine that may be minutes. */
const TIMEOUT_MS = 600_000;

function expectToHold<T>(property: Property<T>, histories: number): void {
  const failure = runProperty(property, createEngine, { histories, ...replay });
  if (failure !== null) throw new Error(describeFailure(failure));
}

describe('the engine', () => {
  it(AGREEMENT.name, () => expectToHold(AGREEMENT, 3000), TIMEOUT_MS);
  it(AGREEMENT_ON_MUCH.name, () => expectToHold(AGREEMENT_ON_MUCH, 100), TIMEOUT_MS);
  it(ORDER.name, () => expectToHold(ORDER, 1000), TIMEOUT_MS);
  it(FRAME_CUTS.name, () => expectToHold(FRAME_CUTS, 500), TIMEOUT_MS);
  it(DETERMINISM.name, () => expectToHold(DETERMINISM, 500), TIMEOUT_MS);

  it('is compared in any order on enough histories in which nothing is late', () => {
    let [judged, all] = [0, 0];
    const counting: Property<Parameters<typeof comesTooLate>[0]> = {
      ...ORDER,
      problem(reordering) {
        all++;
        if (!comesTooLate(reordering)) judged++;
        return null;
      },
    };
    runProperty(counting, createEngine, { histories: 200, seed: 1 });
    expect(judged / all).toBeGreaterThan(0.4);
  });
});

describe.each<ExampleOrder>(['in order', 'reversed', 'doubled', 'amid the traffic of today'])(
  'the examples for users, %s',
  (order) => {
    const history = exampleHistory(order);

    it('raise one alert by the evaluator', () => {
      const alerts = evaluate(history).flatMap((step) => step.decisions.flatMap((decided) => decided.alerts));
      expect(alerts.map(({ kind, event }) => [kind, event.accountId, event.country])).toEqual([
        ['raised', EXAMPLES.alertedAccount, 'IN'],
      ]);
    });

    it('raise one alert by the engine', () => {
      const standing = [...standingAlerts(recordRun(history, createEngine)).values()];
      expect(standing.map(({ accountId, observed }) => [accountId, observed])).toEqual([
        [EXAMPLES.alertedAccount, { previousCountry: 'RU', country: 'IN', apartMs: 1000 }],
      ]);
    });
  },
);
