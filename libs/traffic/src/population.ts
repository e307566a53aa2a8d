/** The people behind the accounts: where one lives and from which device one acts, the same at every call. */
import type { SeededRandom } from './random.js';

/** How accounts are drawn: all alike, or a few much more often than the rest. */
export type AccountDraw = 'uniform' | 'skewed';

/** ISO 3166-1 alpha-2; repeated entries are the more populous. */
const HOME_COUNTRIES = 'NL DE FR GB US US IN IN BR ES IT PL SE JP CA MX ZA AU ID NG'.split(' ');

const CURRENCY_BY_COUNTRY =
  'NL EUR DE EUR FR EUR ES EUR IT EUR GB GBP US USD IN INR BR BRL PL PLN SE SEK JP JPY CA CAD MX MXN ZA ZAR AU AUD ID IDR NG NGN';

/** ISO 4217, by country. */
export const CURRENCIES: ReadonlyMap<string, string> = new Map(
  Array.from(CURRENCY_BY_COUNTRY.matchAll(/(\w+) (\w+)/g), ([, country, currency]) => [country, currency]),
);

export class Population {
  constructor(
    private readonly accounts: number,
    private readonly draw: AccountDraw,
  ) {}

  /** A number in [0, accounts). Skewed: half of the draws fall on an eighth of the accounts. */
  drawAccount(random: SeededRandom): number {
    const u = random.fraction();
    return Math.floor((this.draw === 'skewed' ? u * u * u : u) * this.accounts);
  }

  accountId(account: number): string {
    return String(100_000 + account);
  }

  homeCountry(account: number): string {
    return HOME_COUNTRIES[scramble(account) % HOME_COUNTRIES.length];
  }

  deviceId(account: number): string {
    return `d-${scramble(account ^ 0x5bd1e995).toString(36)}`;
  }

  ip(account: number): string {
    const bits = scramble(account + 0x7f4a7c15);
    return `10.${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}`;
  }

  /** A country other than the account's own. */
  foreignCountry(account: number, random: SeededRandom): string {
    const home = this.homeCountry(account);
    for (;;) {
      const country = random.pick(HOME_COUNTRIES);
      if (country !== home) return country;
    }
  }
}

/** Spreads neighbouring integers over 32 bits. */
function scramble(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
