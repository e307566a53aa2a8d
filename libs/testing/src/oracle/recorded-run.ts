/** Folds a history with the engine under test and writes down what it decides, arrival by arrival. */
import type { AccountEvent, AlertDecision, LateDecision } from '#contracts';
import type { DecisionSink, EngineCounters, EngineSettings, ShardFold } from '#engine';
import type { History } from './history.js';

export type CreateFold = (settings: EngineSettings) => ShardFold;

export interface RecordedDecisions {
  readonly alerts: readonly AlertDecision[];
  readonly late: readonly LateDecision[];
}

export interface RecordedStep {
  /** One for each event of the message. */
  readonly decisions: readonly RecordedDecisions[];
  readonly watermarkMs: number;
  readonly disorderBoundMs: number;
  /** As they stood after the message. */
  readonly counters: EngineCounters;
}

export function recordRun(history: History, createFold: CreateFold): RecordedStep[] {
  const fold = createFold(history.settings);
  return history.log.map((message, index) => {
    fold.beginMessage(index + 1, message.logTimeMs);
    const decisions: RecordedDecisions[] = [];
    if (message.kind === 'rule') fold.applyRule(message.version);
    if (message.kind === 'frame') {
      message.events.forEach((event, place) => decisions.push(decide(fold, event, place)));
    }
    const { watermarkMs, disorderBoundMs } = fold;
    return { decisions, watermarkMs, disorderBoundMs, counters: { ...fold.counters } };
  });
}

/** The alerts whose last message is a raising, by alert id. */
export function standingAlerts(steps: readonly RecordedStep[]): Map<string, AlertDecision> {
  const standing = new Map<string, AlertDecision>();
  for (const alert of alertsOf(steps)) {
    if (alert.kind === 'raised') standing.set(alert.alertId, alert);
    else standing.delete(alert.alertId);
  }
  return standing;
}

export function alertsOf(steps: readonly RecordedStep[]): AlertDecision[] {
  return steps.flatMap(({ decisions }) => decisions.flatMap(({ alerts }) => alerts));
}

export function lateOf(steps: readonly RecordedStep[]): LateDecision[] {
  return steps.flatMap(({ decisions }) => decisions.flatMap(({ late }) => late));
}

function decide(fold: ShardFold, event: AccountEvent, place: number): RecordedDecisions {
  const alerts: AlertDecision[] = [];
  const late: LateDecision[] = [];
  const sink: DecisionSink = {
    alert: (decision) => void alerts.push(decision),
    late: (decision) => void late.push(decision),
  };
  fold.applyEvent(event, place, sink);
  return { alerts, late };
}
