/**
 * Cuts JSON values out of a stream of bytes by counting brackets outside strings. Numbers and strings stay as they
 * are written: parsing and writing them again would round large numbers. Line ends between tokens become spaces.
 */
import type { Item } from './items.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export class JsonItems {
  private bytes: number[] = [];
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** Inside the outermost array; `null` until the first value has begun. */
  private inArray: boolean | null = null;
  private line = 1;
  private beganAt = 1;

  *take(chunk: Buffer): Generator<Item> {
    for (const byte of chunk) {
      const item = this.step(byte);
      if (byte === LINE_FEED) this.line += 1;
      if (item !== null) yield item;
    }
  }

  /** What is left is no whole value; it is handed on for ingest to refuse. */
  *end(): Generator<Item> {
    const item = this.cut();
    if (item !== null) yield item;
  }

  private step(byte: number): Item | null {
    if (this.inString) return this.stepInString(byte);
    if (this.depth === 0) {
      if (this.inArray === null && byte === OPEN_BRACKET) {
        this.inArray = true;
        return null;
      }
      if (byte === COMMA || isSpace(byte)) return this.cut();
      if (byte === CLOSE_BRACKET && this.inArray) {
        this.inArray = false;
        return this.cut();
      }
      this.inArray ??= false;
    }
    this.push(isSpace(byte) ? SPACE : byte);
    if (byte === QUOTE) this.inString = true;
    else if (OPENING.has(byte)) this.depth += 1;
    else if (CLOSING.has(byte)) {
      this.depth = Math.max(0, this.depth - 1);
      if (this.depth === 0) return this.cut();
    }
    return null;
  }

  private stepInString(byte: number): null {
    // A line end within a string is no JSON. As a space it would become valid, so another control stands for it.
    this.push(byte === LINE_FEED || byte === CARRIAGE_RETURN ? 0x01 : byte);
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
    return null;
  }

  private push(byte: number): void {
    if (this.bytes.length === 0) this.beganAt = this.line;
    this.bytes.push(byte);
  }

  private cut(): Item | null {
    if (this.bytes.length === 0) return null;
    const item = { bytes: Buffer.from(this.bytes), line: this.beganAt };
    this.bytes = [];
    this.depth = 0;
    this.inString = false;
    this.escaped = false;
    return item;
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
