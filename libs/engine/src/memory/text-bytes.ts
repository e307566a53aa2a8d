/** UTF-8 by hand, into and out of words: no objects are made on the way in, and no two texts share their bytes. */

/** Longest text that is encoded: an attribute's value of 1,024 bytes, with room. */
const SCRATCH_BYTES = 16_384;

/** A scratch area that holds one text at a time, seen as bytes and as words. */
export class TextBytes {
  bytes = new Uint8Array(SCRATCH_BYTES);
  words = new Uint32Array(this.bytes.buffer);
  length = 0;

  get wordCount(): number {
    return (this.length + 3) >>> 2;
  }

  /** Encodes `text`; the last word is padded with zeros. Lone surrogates keep bytes of their own. */
  set(text: string): void {
    if (text.length * 3 + 4 > this.bytes.length) this.grow(text.length * 3 + 4);
    const bytes = this.bytes;
    let at = 0;
    for (let i = 0; i < text.length; i++) {
      let unit = text.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
        continue;
      }
      if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
        const low = text.charCodeAt(i + 1);
        if (low >= 0xdc00 && low < 0xe000) {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          i++;
        }
      }
      at = writeMultiByte(bytes, at, unit);
    }
    this.length = at;
    while ((at & 3) !== 0) bytes[at++] = 0;
  }

  private grow(length: number): void {
    this.bytes = new Uint8Array((length * 2 + 3) & ~3);
    this.words = new Uint32Array(this.bytes.buffer);
  }
}

function writeMultiByte(bytes: Uint8Array, at: number, point: number): number {
  if (point < 0x800) {
    bytes[at] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      bytes[at] = 0xe0 | (point >> 12);
    } else {
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[++at] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[++at] = 0x80 | (point & 0x3f);
  return at + 1;
}

/** The text of `length` bytes from `from` on, as `TextBytes.set` encoded it. */
export function readText(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  const end = from + length;
  for (let i = from; i < end;) {
    const first = bytes[i++];
    if (first < 0x80) text += String.fromCharCode(first);
    else if (first < 0xe0) text += String.fromCharCode(((first & 0x1f) << 6) | (bytes[i++] & 0x3f));
    else if (first < 0xf0) {
      text += String.fromCharCode(((first & 0x0f) << 12) | ((bytes[i] & 0x3f) << 6) | (bytes[i + 1] & 0x3f));
      i += 2;
    } else {
      const high = ((first & 0x07) << 18) | ((bytes[i] & 0x3f) << 12);
      text += String.fromCodePoint(high | ((bytes[i + 1] & 0x3f) << 6) | (bytes[i + 2] & 0x3f));
      i += 3;
    }
  }
  return text;
}
