/** What an actor knows of one identity for as long as it holds it: who judges it, and its alerts. */
import type { AccountEvent } from '#contracts';
import { alertKey, type ExpectedAlert } from './expected.js';
import { groupOf } from './fields.js';
import type { TrackedVersion } from './rule-book.js';
import type { Verdict } from './verdict.js';

interface AlertState {
  holding: boolean;
  revision: number;
  raised: ExpectedAlert;
}

export class IdentityRecord {
  /** By alert key; an alert stays here after its retraction, for its revision. */
  private readonly alerts = new Map<string, AlertState>();

  constructor(
    readonly identity: string,
    readonly judgedBy: readonly TrackedVersion[],
    /** 1 the first time that the actor takes the identity in, 2 when it had forgotten it, and so on. */
    readonly spell: number,
  ) {}

  /** Takes the verdict of one version on what it sees now (`null`: nothing); gives the changes. */
  update(by: TrackedVersion, seen: AccountEvent | null, verdict: Verdict | null): ExpectedAlert[] {
    const { rule } = by.version;
    const group = seen === null ? [] : groupOf(rule, seen);
    const holdingKey = seen !== null && verdict?.holds ? alertKey(rule.id, group, seen) : null;
    const changes: ExpectedAlert[] = [];
    for (const [key, state] of this.alerts) {
      if (state.raised.version.rule.id !== rule.id || !state.holding || key === holdingKey) continue;
      state.holding = false;
      changes.push({ ...state.raised, kind: 'retracted' });
    }
    if (holdingKey !== null && !this.alerts.get(holdingKey)?.holding) {
      changes.push(this.raise(holdingKey, by, group, seen!, verdict!));
    }
    return changes;
  }

  /** Keys of the alerts of a rule that stand. */
  standing(ruleId: string): string[] {
    return [...this.alerts]
      .filter(([, state]) => state.holding && state.raised.version.rule.id === ruleId)
      .map(([key]) => key);
  }

  private raise(
    key: string,
    by: TrackedVersion,
    group: [string, string][],
    event: AccountEvent,
    verdict: Verdict,
  ): ExpectedAlert {
    const revision = (this.alerts.get(key)?.revision ?? 0) + 1;
    const raised: ExpectedAlert = {
      kind: 'raised',
      revision,
      spell: this.spell,
      key,
      version: by.version,
      group,
      event,
      verdict,
    };
    this.alerts.set(key, { holding: true, revision, raised });
    return raised;
  }
}
