/** What must hold of any sequence of decisions, whatever the rules say: no evaluator is needed to see it. */
import { alertMessageId, type AlertDecision } from '#contracts';
import type { RecordedStep } from './recorded-run.js';

/**
 * The first breach, or `null`: raisings and retractions of an alert alternate, revisions count up from 1,
 * message ids are unique, the watermark never goes back, and the counters count.
 *
 * `spellOf` tells how often the actor had taken in the alert's identity; when it has forgotten an identity,
 * its alerts begin anew.
 */
export function findBreach(
  steps: readonly RecordedStep[],
  spellOf: (index: number, place: number, position: number) => number,
): string | null {
  const lives = new Map<string, AlertLife>();
  const messageIds = new Set<string>();
  let watermarkMs = -Infinity;
  for (const [index, step] of steps.entries()) {
    if (step.watermarkMs < watermarkMs) return `watermark went back to ${step.watermarkMs} at #${index + 1}`;
    watermarkMs = step.watermarkMs;
    for (const [place, { alerts }] of step.decisions.entries()) {
      for (const [position, alert] of alerts.entries()) {
        const messageId = alertMessageId(alert);
        if (messageIds.has(messageId)) return `${messageId} was made twice`;
        messageIds.add(messageId);
        const key = `${alert.alertId} ${spellOf(index, place, position)}`;
        const problem = advance(lives, key, alert);
        if (problem !== null) return `#${index + 1}, event ${place}: ${problem}`;
      }
    }
  }
  return findMiscount(steps);
}

/** Counters count what was decided. */
function findMiscount(steps: readonly RecordedStep[]): string | null {
  const counters = steps.at(-1)?.counters;
  if (counters === undefined) return null;
  const decisions = steps.flatMap((step) => step.decisions);
  const alerts = decisions.flatMap((decided) => decided.alerts);
  const counted = {
    eventsIn: decisions.length,
    late: decisions.flatMap((decided) => decided.late).length,
    alertsRaised: alerts.filter(({ kind }) => kind === 'raised').length,
    alertsRetracted: alerts.filter(({ kind }) => kind === 'retracted').length,
  };
  for (const [name, count] of Object.entries(counted)) {
    const counter = counters[name as keyof typeof counted];
    if (counter !== count) return `${name} is ${counter} after ${count}`;
  }
  return null;
}

interface AlertLife {
  standing: boolean;
  revision: number;
}

function advance(lives: Map<string, AlertLife>, key: string, alert: AlertDecision): string | null {
  const life = lives.get(key) ?? { standing: false, revision: 0 };
  lives.set(key, life);
  const name = `${alert.kind} ${alert.alertId} revision ${alert.revision}`;
  if (alert.kind === 'raised') {
    if (life.standing) return `${name}, which stands since revision ${life.revision}`;
    if (alert.revision !== life.revision + 1) return `${name} after revision ${life.revision}`;
  } else {
    if (!life.standing) return `${name}, which does not stand`;
    if (alert.revision !== life.revision) return `${name} ends revision ${life.revision}`;
  }
  life.standing = alert.kind === 'raised';
  life.revision = alert.revision;
  return null;
}
