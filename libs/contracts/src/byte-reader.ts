/** Reads what `ByteWriter` wrote. Every read is checked against the end. */

/** The bytes are no frame: cut off, garbled, or of a format this version does not know. Trying again will not help. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const HIGH_BYTE_LIMIT = 2 ** 53;

/** Up to this length a text is made faster from character codes than by a decoder (20 to 50 ns against 100). */
const MAX_SHORT = 12;

export class ByteReader {
  at = 0;
  end: number;

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length;
  }

  byte(): number {
    if (this.at >= this.end) throw cutOff(this.at);
    return this.bytes[this.at++];
  }

  varint(): number {
    const { bytes } = this;
    if (this.at >= this.end) throw cutOff(this.at);
    const first = bytes[this.at++];
    return first < 0x80 ? first : this.longVarint(first & 0x7f);
  }

  private longVarint(low: number): number {
    let value = low;
    let scale = 128;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value >= HIGH_BYTE_LIMIT) throw new FrameError(`number too large at byte ${this.at}`);
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    return this.utf8(this.varint());
  }

  /** A text of `length` bytes. */
  utf8(length: number): string {
    const start = this.at;
    const end = start + length;
    if (end > this.end) throw cutOff(this.end);
    this.at = end;
    if (length <= MAX_SHORT && isAscii(this.bytes, start, end)) return shortAscii(this.bytes, start, end);
    try {
      return decoder.decode(this.bytes.subarray(start, end));
    } catch (error) {
      throw new FrameError(`text at byte ${start} is not UTF-8`, { cause: error });
    }
  }

  skip(length: number): void {
    if (this.at + length > this.end) throw cutOff(this.end);
    this.at += length;
  }
}

function cutOff(at: number): FrameError {
  return new FrameError(`frame is cut off: nothing at byte ${at}`);
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let seen = 0;
  for (let i = from; i < to; i++) seen |= bytes[i];
  return seen < 0x80;
}

function shortAscii(b: Uint8Array, from: number, to: number): string {
  let text = '';
  let i = from;
  for (; i + 4 <= to; i += 4) text += String.fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3]);
  for (; i < to; i++) text += String.fromCharCode(b[i]);
  return text;
}
