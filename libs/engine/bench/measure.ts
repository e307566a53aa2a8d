/** Clocks and memory for measurements. Run with `--expose-gc` for exact memory figures. */
import { cpuUsage, memoryUsage } from 'node:process';
import type { AccountEvent, AlertDecision } from '#contracts';
import type { DecisionSink } from '../src/api.js';
import { ShardEngine } from '../src/shard-engine.js';
import { SETTINGS, SHIPPED_RULES } from './shipped-rules.js';

export class CountingSink implements DecisionSink {
  alerts = 0;
  lateEvents = 0;
  last: AlertDecision | null = null;

  alert(decision: AlertDecision): void {
    this.alerts++;
    this.last = decision;
  }

  late(): void {
    this.lateEvents++;
  }
}

/** An engine with the shipped rules in force. */
export function engineWithRules(startMs: number): ShardEngine {
  const engine = new ShardEngine(SETTINGS);
  SHIPPED_RULES.forEach((version, i) => {
    engine.beginMessage(i + 1, startMs);
    engine.applyRule(version);
  });
  return engine;
}

/** CPU time of this process, microseconds: other processes on the machine do not count. */
export function cpuMicros(): number {
  const { user, system } = cpuUsage();
  return user + system;
}

export function residentBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Applies the events as frames of `frameEvents`; `logTime` is that of the frame that event `index` starts. */
export function applyFrames(
  engine: ShardEngine,
  events: readonly AccountEvent[],
  frameEvents: number,
  logTime: (index: number) => number,
  sink: DecisionSink,
  firstSequence: number,
): void {
  let sequence = firstSequence;
  for (let i = 0; i < events.length; i++) {
    if (i % frameEvents === 0) engine.beginMessage(++sequence, logTime(i));
    engine.applyEvent(events[i], i % frameEvents, sink);
  }
}
