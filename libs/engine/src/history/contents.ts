/**
 * What events say beside their identity and amount: type, country, currency, attributes, and whether there is an
 * amount. Entries of equal content share one record. Record, after the interner's header: the generation and
 * number of the profile (which versions such events matter to), then
 * type | country (10 bits), currency (15), amount (1) | count, name-value pairs, kinds (2 bits each) of attributes.
 */
import type { AccountEvent, Attribute, AttributeKind } from '#contracts';
import { Interner } from '../memory/interner.js';
import type { Texts } from '../memory/texts.js';

const GENERATION = 0;
const PROFILE = 1;
const EXTRA = 2;
const KEY_HEAD = 2;
const KINDS: readonly AttributeKind[] = ['string', 'number', 'boolean'];

export interface PlainContent {
  readonly eventType: string;
  readonly country: string | null;
  readonly currency: string | null;
  readonly hasAmount: boolean;
  readonly attributes: readonly Attribute[];
}

export class Contents {
  private readonly interner = new Interner(EXTRA);
  private readonly pool = this.interner.pool;
  private readonly key = new Uint32Array(KEY_HEAD + 1 + 64 * 2 + 4);
  private wide = this.key;

  constructor(readonly texts: Texts) {}

  get count(): number {
    return this.interner.count;
  }

  get byteLength(): number {
    return this.pool.byteLength;
  }

  /** The record of the event's content, held once more; `type` is its type's text, held by the caller. */
  hold(event: AccountEvent, type: number): number {
    const length = this.writeKey(event, type);
    const ref = this.interner.intern(this.wide, length);
    if (this.interner.added) this.texts.retain(type);
    else this.releaseAttributes(this.wide, KEY_HEAD, event.attributes.length);
    if (this.interner.added) this.pool.pages[ref >>> 10][this.user(ref) + GENERATION] = 0;
    return ref;
  }

  retain(ref: number): void {
    this.interner.retain(ref);
  }

  release(ref: number): void {
    if (!this.interner.release(ref)) return;
    const page = this.pool.pages[ref >>> 10];
    const at = this.keyAt(ref);
    this.texts.release(page[at]);
    this.releaseAttributes(page, at + KEY_HEAD, this.attributeCount(ref));
    this.interner.drop(ref);
  }

  type(ref: number): number {
    return this.pool.pages[ref >>> 10][this.keyAt(ref)];
  }

  /** Number of the country, 0 for none. */
  country(ref: number): number {
    return this.pool.pages[ref >>> 10][this.keyAt(ref) + 1] >>> 16;
  }

  /** Number of the currency, 0 for none. */
  currency(ref: number): number {
    return (this.pool.pages[ref >>> 10][this.keyAt(ref) + 1] >>> 1) & 0x7fff;
  }

  hasAmount(ref: number): boolean {
    return (this.pool.pages[ref >>> 10][this.keyAt(ref) + 1] & 1) === 1;
  }

  /** Text of the attribute's value, 0 when it is absent. */
  attribute(ref: number, name: number): number {
    const count = this.attributeCount(ref);
    const page = this.pool.pages[ref >>> 10];
    const at = this.keyAt(ref) + KEY_HEAD + 1;
    for (let i = 0; i < count; i++) if (page[at + i * 2] === name) return page[at + i * 2 + 1];
    return 0;
  }

  /** The profile noted for `generation` of the rules, or -1. */
  profile(ref: number, generation: number): number {
    const page = this.pool.pages[ref >>> 10];
    const at = this.user(ref);
    return page[at + GENERATION] === generation ? page[at + PROFILE] : -1;
  }

  setProfile(ref: number, generation: number, profile: number): void {
    const page = this.pool.pages[ref >>> 10];
    const at = this.user(ref);
    page[at + GENERATION] = generation;
    page[at + PROFILE] = profile;
  }

  read(ref: number): PlainContent {
    const page = this.pool.pages[ref >>> 10];
    const at = this.keyAt(ref) + KEY_HEAD + 1;
    const count = this.attributeCount(ref);
    const attributes: Attribute[] = [];
    for (let i = 0; i < count; i++) {
      const kind = KINDS[(page[at + count * 2 + (i >>> 4)] >>> ((i & 15) * 2)) & 3];
      const name = this.texts.read(page[at + i * 2]);
      attributes.push({ name, kind, text: this.texts.read(page[at + i * 2 + 1]) });
    }
    return {
      eventType: this.texts.read(this.type(ref)),
      country: countryText(this.country(ref)),
      currency: currencyText(this.currency(ref)),
      hasAmount: this.hasAmount(ref),
      attributes,
    };
  }

  private user(ref: number): number {
    return this.pool.offset(ref) + this.interner.start - EXTRA;
  }

  private keyAt(ref: number): number {
    return this.pool.offset(ref) + this.interner.start;
  }

  private attributeCount(ref: number): number {
    if (this.interner.length(ref) === KEY_HEAD) return 0;
    return this.pool.pages[ref >>> 10][this.keyAt(ref) + KEY_HEAD];
  }

  private writeKey(event: AccountEvent, type: number): number {
    const { country, currency, attributes } = event;
    const count = attributes.length;
    const length = count === 0 ? KEY_HEAD : KEY_HEAD + 1 + count * 2 + ((count + 15) >>> 4);
    this.wide = length > this.key.length ? new Uint32Array(length) : this.key;
    const key = this.wide;
    key[0] = type;
    key[1] =
      (countryNumber(country) << 16) | (currencyNumber(currency) << 1) | (event.amount === null ? 0 : 1);
    if (count === 0) return length;
    key[KEY_HEAD] = count;
    key.fill(0, KEY_HEAD + 1 + count * 2, length);
    for (let i = 0; i < count; i++) {
      const { name, text, kind } = attributes[i];
      const at = KEY_HEAD + 1 + i * 2;
      key[at] = this.texts.hold(name);
      key[at + 1] = this.texts.hold(text);
      key[KEY_HEAD + 1 + count * 2 + (i >>> 4)] |= KINDS.indexOf(kind) << ((i & 15) * 2);
    }
    return length;
  }

  /** `at` is where the count of attributes would stand. */
  private releaseAttributes(words: Uint32Array, at: number, count: number): void {
    for (let i = 0; i < count * 2; i++) this.texts.release(words[at + 1 + i]);
  }
}

/** Two capitals as 1 to 676. */
export function countryNumber(country: string | null): number {
  return country === null ? 0 : (country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 64;
}

export function countryText(number: number): string | null {
  if (number === 0) return null;
  return String.fromCharCode(65 + Math.floor((number - 1) / 26), 65 + ((number - 1) % 26));
}

/** Three capitals as 1 to 17576. */
export function currencyNumber(currency: string | null): number {
  if (currency === null) return 0;
  const first = (currency.charCodeAt(0) - 65) * 26 + currency.charCodeAt(1) - 65;
  return first * 26 + currency.charCodeAt(2) - 64;
}

export function currencyText(number: number): string | null {
  if (number === 0) return null;
  const rest = number - 1;
  const letters = [Math.floor(rest / 676), Math.floor(rest / 26) % 26, rest % 26];
  return String.fromCharCode(...letters.map((letter) => 65 + letter));
}
