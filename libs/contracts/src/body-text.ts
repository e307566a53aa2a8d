/** Bodies as text and lines. */

const strict = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();
const LINE_FEED = 0x0a;

/** The text without a byte order mark; null when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** One line: its text (null when it is not UTF-8), and its bytes when the text does not say them. */
export type LineVisitor = (text: string | null, bytes: Uint8Array | null) => boolean;

/** The bytes of a line, for those who keep what was refused. */
export function lineBytes(text: string | null, bytes: Uint8Array | null): Uint8Array {
  return bytes ?? encoder.encode(text ?? '');
}

/**
 * Visits the lines that are not blank, without their line ends, until one visit returns false. `text` is that of
 * `bytes`, null when they are not UTF-8 as a whole: each line is then decoded alone, so that one spoils no other.
 */
export function visitLines(text: string | null, bytes: Uint8Array, visit: LineVisitor): void {
  if (text === null) visitRawLines(bytes, visit);
  else visitTextLines(text, visit);
}

function visitTextLines(text: string, visit: LineVisitor): void {
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = withoutReturn(text.slice(start, end));
    if (!isBlank(line) && !visit(line, null)) return;
    start = end + 1;
  }
}

function visitRawLines(bytes: Uint8Array, visit: LineVisitor): void {
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    const raw = bytes.subarray(start, end);
    const decoded = decodeUtf8(raw);
    const line = decoded === null ? null : withoutReturn(decoded);
    if ((line === null || !isBlank(line)) && !visit(line, raw)) return;
    start = end + 1;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function isBlank(line: string): boolean {
  return line.length === 0 || (line.charCodeAt(0) <= 0x20 && line.trim() === '');
}
