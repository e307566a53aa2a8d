/** The properties must be able to fail: each of these faults has to be found, and its history made small. */
import { ShardEngine } from '#engine';
import { withFault, type Fault } from './altered-fold.js';
import { FAULTS } from './faults.js';
import { AGREEMENT, DETERMINISM, FRAME_CUTS, ORDER, type Property } from './properties.js';
import type { CreateFold } from './recorded-run.js';
import { describeFailure, runProperty } from './run-property.js';

const createEngine: CreateFold = (settings) => new ShardEngine(settings);

/** Enough for the rarest of these faults, many times over. */
const MOST_HISTORIES = 3000;
const TIMEOUT_MS = 600_000;

function find<T>(property: Property<T>, createFault: () => Fault): string {
  const createFold = withFault(createEngine, createFault);
  const failure = runProperty(property, createFold, { histories: MOST_HISTORIES, seed: 20_260_101 });
  return failure === null ? 'not found' : describeFailure(failure);
}

describe('agreement with the evaluator finds', () => {
  it.each(Object.keys(FAULTS))(
    '%s',
    (name) => {
      expect(find(AGREEMENT, FAULTS[name])).toContain('Replay: VIGIL_ORACLE_SEED=');
    },
    TIMEOUT_MS,
  );
});

it('comparing orders finds events that are dropped when they come out of order', () => {
  const createFault = (): Fault => {
    let greatest = -Infinity;
    return {
      event(event) {
        greatest = Math.max(greatest, event.eventTime);
        return event.eventTime < greatest - 5000 ? null : event;
      },
    };
  };
  expect(find(ORDER, createFault)).toContain(ORDER.name);
});

it('comparing runs finds state that outlives an engine', () => {
  let made = 0;
  const createFault = (): Fault => ({
    alerts: (alerts) => alerts.map((alert) => ({ ...alert, reason: `${alert.reason} ${made++}` })),
  });
  expect(find(DETERMINISM, createFault)).toContain(DETERMINISM.name);
});

it('comparing cuts finds what depends on the place in a frame', () => {
  const createFault = (): Fault => ({
    alerts: (alerts) =>
      alerts.map((alert) => ({ ...alert, severity: alert.source.seq % 2 ? 'low' : 'high' })),
  });
  expect(find(FRAME_CUTS, createFault)).toContain(FRAME_CUTS.name);
});
