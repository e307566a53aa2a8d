/**
 * Bytes of memory for each account: one login, ten transactions; beyond the ids, counted as 16 bytes a UUID.
 *
 *   node dist/libs/engine/bench/memory.js
 */
import { spawnSync } from 'node:child_process';
import type { AccountEvent } from '#contracts';
import { event, uuid } from './events.js';
import { CountingSink, engineWithRules, residentBytes } from './measure.js';

const START = 1_760_000_000_000;
const ACCOUNTS = 1_000_000;
const UUID_BYTES = 16;

function measure(
  name: string,
  eventsEach: number,
  make: (account: number, n: number, time: number) => AccountEvent,
): void {
  const before = residentBytes();
  const engine = engineWithRules(START);
  const sink = new CountingSink();
  let sequence = 100;
  for (let n = 0; n < eventsEach; n++) {
    for (let account = 0; account < ACCOUNTS; account++) {
      const time = START + n * 20_000 + Math.floor(account / 100);
      if (account % 1000 === 0) engine.beginMessage(++sequence, time);
      engine.applyEvent(make(account, n, time), account % 1000, sink);
    }
  }
  const bytes = (residentBytes() - before) / ACCOUNTS;
  const ids = UUID_BYTES * (1 + eventsEach);
  const { accounts, entries } = engine.counters;
  const start = process.hrtime.bigint();
  (globalThis as { gc?: () => void }).gc?.();
  const gcMs = Number(process.hrtime.bigint() - start) / 1e6;
  console.log(
    `${name}: ${bytes.toFixed(0)} B an account, ${(bytes - ids).toFixed(0)} beyond ids` +
      ` (${accounts} accounts, ${entries} entries; full garbage collection ${gcMs.toFixed(0)} ms)`,
  );
}

const login = (account: number, n: number, time: number) =>
  event({ accountId: uuid(account), eventId: uuid(n * ACCOUNTS + account), eventTime: time, country: 'NL' });
const purchase = (account: number, n: number, time: number) =>
  event({ ...login(account, n, time), eventType: 'purchase', amount: 10_000 + n, currency: 'EUR' });
const transfer = (account: number, n: number, time: number): AccountEvent => ({
  ...purchase(account, n, time),
  eventType: 'transfer',
  attributes: [{ name: 'beneficiaryId', kind: 'string', text: String(1_000_000 + account * 3 + (n % 3)) }],
});

const CASES: Record<string, () => void> = {
  'one login': () => measure('one login', 1, login),
  'ten purchases': () => measure('ten purchases', 10, purchase),
  'ten transfers': () => measure('ten transfers to three beneficiaries', 10, transfer),
};

// Each in a process of its own: memory that another left behind would be counted.
const chosen = CASES[process.argv[2] ?? ''];
if (chosen !== undefined) chosen();
else
  for (const name of Object.keys(CASES))
    spawnSync(process.execPath, ['--expose-gc', process.argv[1], name], { stdio: 'inherit' });
