/**
 * One column of a batch as a PostgreSQL array in the binary format, to be passed as a parameter and unnested.
 *
 * The server then parses no text and the client builds few strings (`docs/decisions/0008-how-the-recorder-writes.md`
 * has the figures). The driver sends a parameter that is a `Buffer` in the binary format by itself.
 */

/** Type ids from the server's catalogue (`pg_type.oid`); fixed for built-in types. */
export const TYPE_OID = {
  int2: 21,
  int8: 20,
  text: 25,
  bytea: 17,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
  bool: 16,
} as const;

const HEADER_BYTES = 20;
const HAS_NULLS_OFFSET = 4;
const COUNT_OFFSET = 12;
/** Milliseconds from 1970 to 2000, where PostgreSQL starts to count. */
const EPOCH_2000_MS = 946_684_800_000;
/** The parameter of an ASCII text up to this long is copied by a loop, which beats the call into native code. */
const SHORT_TEXT = 40;
const TWO_POW_32 = 4_294_967_296;
/** 2^53 as the upper half of a 64-bit number. */
const GENERATION_HIGH_WORD = 2 ** 21;

export class BinaryColumn {
  private buffer: Buffer;
  private end = HEADER_BYTES;
  private items = 0;
  private nulls = false;

  constructor(
    private readonly elementOid: number,
    initialBytes = 4096,
  ) {
    this.buffer = Buffer.allocUnsafe(Math.max(initialBytes, HEADER_BYTES));
  }

  get count(): number {
    return this.items;
  }

  pushNull(): void {
    this.reserve(4);
    this.end = this.buffer.writeInt32BE(-1, this.end);
    this.nulls = true;
    this.items += 1;
  }

  /** `text` (and, since their wire form is the same, any type that is received as text). */
  pushText(value: string | null): void {
    if (value === null) return this.pushNull();
    this.reserve(4 + value.length * 3);
    this.writeText(value, 0);
  }

  /** `jsonb`, from JSON text. */
  pushJsonb(json: string | null): void {
    if (json === null) return this.pushNull();
    this.reserve(5 + json.length * 3);
    this.buffer[this.end + 4] = 1; // version of the binary form
    this.writeText(json, 1);
  }

  pushBytes(value: Uint8Array | null): void {
    if (value === null) return this.pushNull();
    this.reserve(4 + value.length);
    this.end = this.buffer.writeInt32BE(value.length, this.end);
    this.buffer.set(value, this.end);
    this.end += value.length;
    this.items += 1;
  }

  pushBool(value: boolean): void {
    this.reserve(5);
    this.end = this.buffer.writeInt32BE(1, this.end);
    this.buffer[this.end++] = value ? 1 : 0;
    this.items += 1;
  }

  pushInt2(value: number): void {
    this.reserve(6);
    this.end = this.buffer.writeInt32BE(2, this.end);
    this.end = this.buffer.writeInt16BE(value, this.end);
    this.items += 1;
  }

  /** A safe integer as `bigint`. */
  pushInt8(value: number | null): void {
    if (value === null) return this.pushNull();
    this.pushWords(Math.floor(value / TWO_POW_32), value);
  }

  /** A place in the log of the given generation (0 to 1023), as `bigint`: the generation in bits 53 and up. */
  pushPlace(place: number, generation: number): void {
    this.pushWords(Math.floor(place / TWO_POW_32) + generation * GENERATION_HIGH_WORD, place);
  }

  /** Epoch milliseconds as `timestamptz`. */
  pushTime(epochMs: number | null): void {
    this.pushInt8(epochMs === null ? null : (epochMs - EPOCH_2000_MS) * 1000);
  }

  /**
   * Ten-thousandths (a safe integer) as `numeric` with 4 decimal places. The server keeps numbers in base 10,000,
   * so one of its digits is exactly the fraction.
   */
  pushTenThousandths(value: number | null): void {
    if (value === null) return this.pushNull();
    let rest = Math.abs(value);
    let digits = 0;
    for (let left = rest; left > 0; left = Math.floor(left / 10_000)) digits += 1;
    this.reserve(12 + digits * 2);
    let at = this.buffer.writeInt32BE(8 + digits * 2, this.end);
    at = this.buffer.writeInt16BE(digits, at);
    at = this.buffer.writeInt16BE(digits === 0 ? 0 : digits - 2, at); // weight of the first digit: 10,000^weight
    at = this.buffer.writeUInt16BE(value < 0 ? 0x4000 : 0, at);
    at = this.buffer.writeInt16BE(4, at); // decimal places shown
    for (let i = digits - 1; i >= 0; i--) {
      const next = Math.floor(rest / 10_000);
      this.buffer.writeInt16BE(rest - next * 10_000, at + i * 2);
      rest = next;
    }
    this.end = at + digits * 2;
    this.items += 1;
  }

  /** The array so far. It shares memory with this column and holds until the next push. */
  finish(): Buffer {
    this.buffer.writeInt32BE(1, 0); // one dimension
    this.buffer.writeInt32BE(this.nulls ? 1 : 0, HAS_NULLS_OFFSET);
    this.buffer.writeInt32BE(this.elementOid, 8);
    this.buffer.writeInt32BE(this.items, COUNT_OFFSET);
    this.buffer.writeInt32BE(1, 16); // index of the first element
    return this.buffer.subarray(0, this.end);
  }

  private pushWords(high: number, value: number): void {
    this.reserve(12);
    this.end = this.buffer.writeInt32BE(8, this.end);
    this.end = this.buffer.writeInt32BE(high, this.end);
    this.end = this.buffer.writeUInt32BE(value - Math.floor(value / TWO_POW_32) * TWO_POW_32, this.end);
    this.items += 1;
  }

  private writeText(value: string, prefixBytes: number): void {
    const start = this.end + 4 + prefixBytes;
    let bytes = value.length <= SHORT_TEXT ? this.copyAscii(value, start) : -1;
    if (bytes < 0) bytes = this.buffer.write(value, start, 'utf8');
    this.buffer.writeInt32BE(bytes + prefixBytes, this.end);
    this.end = start + bytes;
    this.items += 1;
  }

  /** Returns the length, or -1 when the text is not ASCII. */
  private copyAscii(value: string, start: number): number {
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return -1;
      this.buffer[start + i] = code;
    }
    return value.length;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(grown, 0, 0, this.end);
    this.buffer = grown;
  }
}
