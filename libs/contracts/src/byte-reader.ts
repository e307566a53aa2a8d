/** Reads what `ByteWriter` wrote. Every read is checked against the end. */

/** The bytes are no frame: cut off, garbled, or of a format this version does not know. Trying again will not help. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const HIGH_BYTE_LIMIT = 2 ** 53;

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
