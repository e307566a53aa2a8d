import type { Latencies, Percentiles } from './latency.js';
import type { Held } from './sustained.js';

export interface Scenario {
  readonly name: string;
  readonly accounts: number;
  readonly held: readonly Held[];
  readonly latencies: Latencies;
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
const ms = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(1));

/** The greatest offered rate at which the system kept up; 0 when it never did. */
export function sustained(held: readonly Held[]): number {
  return Math.max(0, ...held.filter((each) => each.keptUp).map((each) => each.offered));
}

export function printScenario(scenario: Scenario): void {
  console.log(`\n${scenario.name}, ${thousands(scenario.accounts)} accounts`);
  console.log('  offered/s  taken/s   through/s  lag judged     lag rows       202 p50/p99 ms  kept up');
  for (const held of scenario.held) console.log(`  ${row(held)}`);
  console.log(`  sustained: ${thousands(sustained(scenario.held))} events/s`);
  const last = scenario.held.findLast((held) => held.keptUp) ?? scenario.held[0];
  const total = Object.values(last.cpu).reduce((sum, value) => sum + value, 0);
  const parts = Object.entries(last.cpu).map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`);
  console.log(
    `  CPU seconds per million events at ${thousands(last.offered)}/s: ${parts.join(', ')}; together ${total.toFixed(1)}`,
  );
  printLatency('202', scenario.latencies.answer);
  printLatency('alert', scenario.latencies.alert);
  if (scenario.latencies.row !== null) printLatency('row', scenario.latencies.row);
}

function row(held: Held): string {
  const lag = (pair: readonly [number, number] | null): string =>
    pair === null ? '-' : `${thousands(pair[0])} > ${thousands(pair[1])}`;
  return [
    thousands(held.offered).padStart(9),
    thousands(held.taken).padStart(8),
    thousands(held.throughput).padStart(11),
    lag(held.judgedLag).padStart(13),
    lag(held.rowLag).padStart(14),
    `${ms(held.answerMs.p50)} / ${ms(held.answerMs.p99)}`.padStart(16),
    held.keptUp ? '    yes' : '     no',
  ].join('  ');
}

function printLatency(to: string, value: Percentiles): void {
  console.log(
    `  latency to ${to.padEnd(5)} p50 ${ms(value.p50)} ms, p99 ${ms(value.p99)} ms, p99.9 ${ms(value.p999)} ms (${thousands(value.count)} of them)`,
  );
}
