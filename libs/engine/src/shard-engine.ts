/** The fold over one shard's log. */
import type { AccountEvent, RuleVersion } from '#contracts';
import type { DecisionSink, EngineCounters, EngineSettings, ShardFold } from './api.js';

export class ShardEngine implements ShardFold {
  watermarkMs = -Infinity;
  disorderBoundMs = 0;
  readonly counters: EngineCounters = {
    eventsIn: 0,
    duplicates: 0,
    corrections: 0,
    outOfOrder: 0,
    late: 0,
    alertsRaised: 0,
    alertsRetracted: 0,
    historyCapped: 0,
    accounts: 0,
    entries: 0,
  };

  constructor(readonly settings: EngineSettings) {}

  beginMessage(_sequence: number, _logTimeMs: number): void {}

  applyEvent(_event: AccountEvent, _index: number, _sink: DecisionSink): void {}

  applyRule(_version: RuleVersion): void {}
}
