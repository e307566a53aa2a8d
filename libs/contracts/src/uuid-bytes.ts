/** UUIDs in their canonical lower-case text, as sixteen bytes. */

const UUID_LENGTH = 36;
const DASH = 0x2d;

/** Value of each lower-case hexadecimal digit by its character code; 255 for everything else. */
const DIGIT = new Uint8Array(256).fill(255);
const HEX: string[] = [];
for (let i = 0; i < 16; i++) DIGIT['0123456789abcdef'.charCodeAt(i)] = i;
for (let i = 0; i < 256; i++) HEX.push(i.toString(16).padStart(2, '0'));

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

/** The text of the UUID in `bytes[at..at+16)`. */
export function readUuid(b: Uint8Array, at: number): string {
  return (
    HEX[b[at]] +
    HEX[b[at + 1]] +
    HEX[b[at + 2]] +
    HEX[b[at + 3]] +
    '-' +
    HEX[b[at + 4]] +
    HEX[b[at + 5]] +
    '-' +
    HEX[b[at + 6]] +
    HEX[b[at + 7]] +
    '-' +
    HEX[b[at + 8]] +
    HEX[b[at + 9]] +
    '-' +
    HEX[b[at + 10]] +
    HEX[b[at + 11]] +
    HEX[b[at + 12]] +
    HEX[b[at + 13]] +
    HEX[b[at + 14]] +
    HEX[b[at + 15]]
  );
}
