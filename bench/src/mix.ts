/** The standard mix: 8 event types, about 200 bytes an event, some of it fraud. Bodies are built cheaply. */

/** Share of each type, in percent. */
const TYPES: readonly (readonly [string, number])[] = [
  ['click', 40],
  ['view', 20],
  ['login', 10],
  ['log-out', 8],
  ['purchase', 8],
  ['transfer', 5],
  ['payment', 5],
  ['deposit', 4],
];

const HAS_AMOUNT = new Set(['purchase', 'transfer', 'payment', 'deposit']);
const HOME = ['NL', 'DE', 'FR', 'US', 'GB', 'IN', 'BR', 'JP'];

/** A small, fast, seeded generator (xorshift32): the load must cost little beside what it measures. */
export class Mix {
  private state: number;
  private readonly table: string[] = TYPES.flatMap(([type, percent]) => Array<string>(percent).fill(type));
  private counter = 0;
  private readonly prefix: string;

  constructor(
    seed: number,
    private readonly accounts: number,
  ) {
    this.state = (seed | 0) === 0 ? 1 : seed | 0;
    this.prefix = (seed >>> 0).toString(16).padStart(8, '0');
  }

  private next(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % bound;
  }

  /**
   * One line of JSON. One login in 50 is from a foreign country, which raises alerts. Amounts are small, so that
   * ten thousand accounts at a hundred thousand events a second do not break the amount rules all the time.
   */
  line(timeMs: number): string {
    const account = this.next(this.accounts);
    const type = this.table[this.next(100)];
    const country = type === 'login' && this.next(50) === 0 ? 'KP' : HOME[account % HOME.length];
    const amount = HAS_AMOUNT.has(type)
      ? `,"amount":"${this.next(5)}.${10 + this.next(90)}","beneficiaryId":"b${this.next(5000)}"`
      : '';
    return (
      `{"eventId":"${this.eventId()}","accountId":"a${account}","eventType":"${type}","country":"${country}",` +
      `"eventTime":${timeMs}${amount},"deviceId":"d${account % 9973}","ip":"10.0.${account % 251}.${account % 241}"}`
    );
  }

  /** A body of JSON lines. */
  body(count: number, timeMs: number): string {
    let text = '';
    for (let i = 0; i < count; i++) text += this.line(timeMs) + '\n';
    return text;
  }

  private eventId(): string {
    const n = (this.counter++).toString(16).padStart(12, '0');
    return `${this.prefix}-5a5a-4b4b-8c8c-${n}`;
  }
}
