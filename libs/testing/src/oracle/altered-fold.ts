/** Engines with a fault put in: what the properties are worth is what they find. */
import type { AccountEvent, AlertDecision, LateDecision, RuleVersion } from '#contracts';
import type { DecisionSink, EngineCounters, EngineSettings, ShardFold } from '#engine';
import type { CreateFold } from './recorded-run.js';

/** What a fault changes; each method is given what comes in or goes out, and gives what passes on. */
export interface Fault {
  settings?(settings: EngineSettings): EngineSettings;
  event?(event: AccountEvent): AccountEvent | null;
  rule?(version: RuleVersion): RuleVersion;
  /** Changes the alerts that one arrival leads to. */
  alerts?(alerts: AlertDecision[]): AlertDecision[];
  late?(late: LateDecision[]): LateDecision[];
}

/** An engine with the fault in it; each fold gets a fault of its own, for its state. */
export function withFault(createFold: CreateFold, createFault: () => Fault): CreateFold {
  return (settings) => {
    const fault = createFault();
    return new AlteredFold(createFold(fault.settings?.(settings) ?? settings), fault);
  };
}

class AlteredFold implements ShardFold {
  constructor(
    private readonly inner: ShardFold,
    private readonly fault: Fault,
  ) {}

  beginMessage(sequence: number, logTimeMs: number): void {
    this.inner.beginMessage(sequence, logTimeMs);
  }

  applyEvent(event: AccountEvent, index: number, sink: DecisionSink): void {
    const passed = this.fault.event === undefined ? event : this.fault.event(event);
    if (passed === null) return;
    const alerts: AlertDecision[] = [];
    const late: LateDecision[] = [];
    this.inner.applyEvent(passed, index, {
      alert: (decision) => void alerts.push(decision),
      late: (decision) => void late.push(decision),
    });
    for (const decision of this.fault.late?.(late) ?? late) sink.late(decision);
    for (const decision of this.fault.alerts?.(alerts) ?? alerts) sink.alert(decision);
  }

  applyRule(version: RuleVersion): void {
    this.inner.applyRule(this.fault.rule?.(version) ?? version);
  }

  get watermarkMs(): number {
    return this.inner.watermarkMs;
  }

  get disorderBoundMs(): number {
    return this.inner.disorderBoundMs;
  }

  get counters(): EngineCounters {
    return this.inner.counters;
  }
}
