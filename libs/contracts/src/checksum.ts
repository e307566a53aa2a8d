/** MurmurHash3 (x86, 32 bits): guards stored bytes against damage, four bytes a step. Not for secrets. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** The hash of `bytes[from..to)`, an unsigned integer. */
export function murmur3(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  const tail = to - ((to - from) & 3);
  let at = from;
  for (; at < tail; at += 4) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let i = to - 1; i >= at; i--) rest = (rest << 8) | bytes[i];
  hash ^= scramble(rest) ^ (to - from);
  return finish(hash);
}

function scramble(word: number): number {
  const k = Math.imul(word, C1);
  return Math.imul((k << 15) | (k >>> 17), C2);
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
