/** Order of texts by their UTF-8 bytes: what PostgreSQL's `COLLATE "C"` says, and JavaScript's `<` does not. */

/**
 * Negative, zero or positive as `a` comes before, equals or comes after `b` in the order of UTF-8 bytes.
 * UTF-16 units disagree with it only where a surrogate meets a unit from U+E000 on: the surrogate is greater.
 */
export function compareUtf8(a: string, b: string): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates behind the rest of the basic plane. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
