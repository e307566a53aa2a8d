/** Rows like those of live traffic, from a seed: the same on every run, so that figures compare. */
export interface SampleRow {
  accountId: string;
  eventTime: number;
  eventId: string;
  eventType: string;
  country: string | null;
  /** Ten-thousandths. */
  amount: number | null;
  currency: string | null;
  attributes: string | null;
  place: number;
}

const TYPES = ['login', 'click', 'purchase', 'transfer', 'view', 'log-out', 'payment', 'search'];
const COUNTRIES = ['NL', 'DE', 'FR', 'RU', 'IN', 'US', 'GB', 'ZZ'];

/** A generator of 32-bit numbers (xorshift); quality is of no concern, speed and repeatability are. */
export class SeededNumbers {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }
}

/** An event of about 200 bytes at `eventTime`; half carry an amount, three in eight attributes. */
export function sampleRow(
  random: SeededNumbers,
  accounts: number,
  eventTime: number,
  place: number,
): SampleRow {
  const kind = random.below(8);
  const paid = kind % 2 === 0;
  const hex = () => random.next().toString(16).padStart(8, '0');
  const a = hex();
  const b = hex();
  const c = hex();
  return {
    accountId: String(1_000_000 + random.below(accounts)),
    eventTime,
    eventId: `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${hex()}`,
    eventType: TYPES[kind],
    country: kind === 3 ? null : COUNTRIES[random.below(8)],
    amount: paid ? random.below(50_000_000) : null,
    currency: paid ? 'EUR' : null,
    attributes:
      kind < 3
        ? `{"beneficiaryId":"${random.below(100_000)}","ip":"10.0.${random.below(255)}.7","n":${kind}}`
        : null,
    place,
  };
}
