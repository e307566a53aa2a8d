/**
 * What texts from outside may hold. "Printable" is: no controls (Cc), no invisible format characters (Cf: zero-width
 * signs, direction marks), no lone surrogates (Cs), no separators (Z) unless spaces are let in. Code points that
 * Unicode has not assigned yet, and private ones, pass: what they show is for others to say.
 */

const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;
const NOT_PRINTABLE_BUT_SPACE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const NOT_STORABLE = /[\0\p{Cs}]/u;

const FIRST_VISIBLE = 0x21;
const LAST_VISIBLE = 0x7e;

export type TextProblem = 'empty' | 'too-long' | 'not-printable';

/** For ids: 1 to `maxBytes` bytes of UTF-8, printable, no white space. Null when `text` is fine. */
export function idProblem(text: string, maxBytes: number): TextProblem | null {
  const { length } = text;
  if (length === 0) return 'empty';
  if (length > maxBytes) return 'too-long';
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < FIRST_VISIBLE || unit > LAST_VISIBLE) return wideProblem(text, maxBytes, NOT_PRINTABLE);
  }
  return null;
}

/** For names: as ids, but spaces may stand in them. */
export function nameProblem(text: string, maxBytes: number): TextProblem | null {
  if (idProblem(text, maxBytes) === null) return null;
  return text === '' ? 'empty' : wideProblem(text, maxBytes, NOT_PRINTABLE_BUT_SPACE);
}

/** For free text: whatever PostgreSQL can hold, which is all but NUL and lone surrogates. May be empty. */
export function freeTextProblem(text: string, maxBytes: number): TextProblem | null {
  const { length } = text;
  if (length > maxBytes) return 'too-long';
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit >= 0x80) return wideProblem(text, maxBytes, NOT_STORABLE);
  }
  return null;
}

function wideProblem(text: string, maxBytes: number, forbidden: RegExp): TextProblem | null {
  if (text.length > maxBytes || utf8Length(text) > maxBytes) return 'too-long';
  return forbidden.test(text) ? 'not-printable' : null;
}

/** Bytes of `text` in UTF-8; a lone surrogate counts three. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isPair(text, i)) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
