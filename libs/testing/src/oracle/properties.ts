/** What must hold of every history, as properties that a runner can check with any engine. */
import fc, { type Arbitrary } from 'fast-check';
import type { AccountEvent, AlertDecision } from '#contracts';
import { anyHistory, steadyHistory } from './arbitraries.js';
import { buildHistory } from './build-history.js';
import { findDifference } from './comparison.js';
import { describeHistory } from './describe-history.js';
import type { History, LogEntry } from './history.js';
import { minimize } from './minimize.js';
import { evaluate } from './oracle.js';
import { findBreach } from './protocol.js';
import { recordRun, standingAlerts, lateOf, type CreateFold, type RecordedStep } from './recorded-run.js';
import {
  inFirstOrder,
  inSecondOrder,
  minimizeReordering,
  standingFromScratch,
  toReordering,
  type Reordering,
} from './reordering.js';

/** Longest histories that are tried; longer ones find nothing that these do not. */
const MOST_STEPS = 40;
const MOST_IN_BURST = 30;
/** Enough for what an engine does differently with much history; the evaluator is cubic in it. */
const MANY_IN_BURST = 250;

export interface Property<T> {
  readonly name: string;
  readonly arbitrary: Arbitrary<T>;
  /** What is wrong, or `null`. A throw of the engine or the evaluator is wrong too. */
  problem(value: T, createFold: CreateFold): string | null;
  minimize(value: T, fails: (candidate: T) => boolean): T;
  describe(value: T): string;
}

const histories = {
  arbitrary: anyHistory(MOST_STEPS, MOST_IN_BURST).map(buildHistory),
  minimize,
  describe: describeHistory,
};

/** Every message of the engine is what the evaluator says, in its order, and none besides. */
export const AGREEMENT: Property<History> = {
  ...histories,
  name: 'decides what the evaluator decides',
  problem(history, createFold) {
    const expected = evaluate(history);
    const actual = recordRun(history, createFold);
    const spellOf = (index: number, place: number, position: number) =>
      expected[index].decisions[place].alerts[position].spell;
    return findDifference(history, expected, actual) ?? findBreach(actual, spellOf);
  },
};

/** The same where an actor holds hundreds of events. */
export const AGREEMENT_ON_MUCH: Property<History> = {
  ...AGREEMENT,
  name: 'decides what the evaluator decides of much history',
  arbitrary: anyHistory(MOST_STEPS, MANY_IN_BURST).map(buildHistory),
};

/** The same log gives the same decisions, to the last character. */
export const DETERMINISM: Property<History> = {
  ...histories,
  name: 'decides the same on every run',
  problem(history, createFold) {
    const [first, second] = [recordRun(history, createFold), recordRun(history, createFold)];
    return sameTexts('run', first.map(textOf), second.map(textOf));
  },
};

/** Frames of one log time may be cut in any way. Sweeps at every message see the cuts, so these are left out. */
export const FRAME_CUTS: Property<History> = {
  ...histories,
  name: 'decides the same however frames are cut',
  problem(history, createFold) {
    const settings = { ...history.settings, sweepIntervalMs: Math.max(1, history.settings.sweepIntervalMs) };
    const [single, joined] = [history.log.flatMap(cut), history.log.reduce(join, [])].map((log) =>
      recordRun({ settings, log }, createFold).flatMap(({ decisions }) => decisions.map(textWithoutPlace)),
    );
    return sameTexts('event', single, joined);
  },
};

/**
 * As long as nothing is late, what stands in the end does not depend on the order of arrival. A correction of
 * an event that was let go is late too, even where no rule asks for its new content and so nobody is told.
 */
export const ORDER: Property<Reordering> = {
  name: 'decides the same in any order',
  arbitrary: fc
    .tuple(
      steadyHistory(MOST_STEPS),
      fc.array(fc.nat(), { minLength: 2 * MOST_STEPS, maxLength: 2 * MOST_STEPS }),
    )
    .map(([draft, keys]) => toReordering(buildHistory(draft), keys)),
  problem(reordering, createFold) {
    const steps = bothOrders(reordering).map((history) => recordRun(history, createFold));
    if (steps.some((run) => lateOf(run).length > 0) || comesTooLate(reordering)) return null;
    const wanted = standingFromScratch(reordering);
    return (
      sameTexts('standing alert of the first order', wanted, standingTexts(steps[0])) ??
      sameTexts('standing alert of the second order', wanted, standingTexts(steps[1]))
    );
  },
  minimize: minimizeReordering,
  describe(reordering) {
    const [first, second] = bothOrders(reordering).map(describeHistory);
    return `first order:\n${first}\nsecond order:\n${second}`;
  },
};

function bothOrders(reordering: Reordering): [History, History] {
  return [inFirstOrder(reordering), inSecondOrder(reordering)];
}

/** Whether anything is late in either order, whoever is told of it. */
export function comesTooLate(reordering: Reordering): boolean {
  const decisions = bothOrders(reordering).flatMap((history) =>
    evaluate(history).flatMap((step) => step.decisions),
  );
  return decisions.some(({ isTooLate }) => isTooLate);
}

function standingTexts(steps: readonly RecordedStep[]): string[] {
  return [...standingAlerts(steps).values()].map(standingText).sort();
}

function standingText({ rule, group, accountId, eventTime, eventId }: AlertDecision): string {
  return JSON.stringify([rule.id, Object.entries(group), accountId, eventTime, eventId]);
}

function textOf(step: RecordedStep): string {
  return JSON.stringify(step);
}

function textWithoutPlace({ alerts, late }: RecordedStep['decisions'][number]): string {
  return JSON.stringify([...alerts, ...late].map((decision) => ({ ...decision, source: null })));
}

function cut(message: LogEntry): LogEntry[] {
  return message.kind === 'frame'
    ? message.events.map((event) => ({ ...message, events: [event] }))
    : [message];
}

function join(log: LogEntry[], message: LogEntry): LogEntry[] {
  const last = log.at(-1);
  const joins = message.kind === 'frame' && last?.kind === 'frame' && last.logTimeMs === message.logTimeMs;
  if (!joins) return [...log, message];
  const events: AccountEvent[] = [...last.events, ...message.events];
  return [...log.slice(0, -1), { ...last, events }];
}

function sameTexts(what: string, first: readonly string[], second: readonly string[]): string | null {
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    if (first[i] !== second[i]) return `${what} ${i}:\n  ${first[i]}\n  ${second[i]}`;
  }
  return null;
}
