/** UUIDs in their canonical lower-case text, as sixteen bytes. */

const UUID_LENGTH = 36;
const DASH = 0x2d;

/** Value of each lower-case hexadecimal digit by its character code; 255 for everything else. */
const DIGIT = new Uint8Array(256).fill(255);
/** Character code of each byte's two hexadecimal digits. */
const HIGH = new Uint8Array(256);
const LOW = new Uint8Array(256);
for (let i = 0; i < 16; i++) DIGIT['0123456789abcdef'.charCodeAt(i)] = i;
for (let i = 0; i < 256; i++) {
  const hex = i.toString(16).padStart(2, '0');
  HIGH[i] = hex.charCodeAt(0);
  LOW[i] = hex.charCodeAt(1);
}

/** Writes the UUID to `bytes[at..at+16)`. False when `text` is not a canonical UUID; the bytes are then undefined. */
export function writeUuid(text: string, bytes: Uint8Array, at: number): boolean {
  if (text.length !== UUID_LENGTH) return false;
  let to = at;
  for (let i = 0; i < UUID_LENGTH; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (text.charCodeAt(i) !== DASH) return false;
      i++;
    }
    const high = digit(text, i);
    const low = digit(text, i + 1);
    if ((high | low) > 15) return false;
    bytes[to++] = (high << 4) | low;
  }
  return true;
}

function digit(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 256 ? DIGIT[unit] : 255;
}

/**
 * The text of the UUID in `bytes[at..at+16)`. Made in one call: joined from parts it would be flattened at its
 * first use, at four times the cost.
 */
export function readUuid(b: Uint8Array, at: number): string {
  // prettier-ignore
  return String.fromCharCode(
    HIGH[b[at]], LOW[b[at]], HIGH[b[at + 1]], LOW[b[at + 1]], HIGH[b[at + 2]], LOW[b[at + 2]], HIGH[b[at + 3]], LOW[b[at + 3]],
    DASH,
    HIGH[b[at + 4]], LOW[b[at + 4]], HIGH[b[at + 5]], LOW[b[at + 5]],
    DASH,
    HIGH[b[at + 6]], LOW[b[at + 6]], HIGH[b[at + 7]], LOW[b[at + 7]],
    DASH,
    HIGH[b[at + 8]], LOW[b[at + 8]], HIGH[b[at + 9]], LOW[b[at + 9]],
    DASH,
    HIGH[b[at + 10]], LOW[b[at + 10]], HIGH[b[at + 11]], LOW[b[at + 11]], HIGH[b[at + 12]], LOW[b[at + 12]],
    HIGH[b[at + 13]], LOW[b[at + 13]], HIGH[b[at + 14]], LOW[b[at + 14]], HIGH[b[at + 15]], LOW[b[at + 15]],
  );
}
