/** The kinds of value that a setting can have, each with its own notation. */
import { factoryOf, type OptionFactory, type ValueKind } from './option.js';

const QUOTED_LENGTH = 80;

function quoteText(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text);
}

/** Password and user are not for logs, and an unparsable address may hold them anywhere before its "@". */
export function redactUrl(text: string): string {
  return text.replace(/\/\/[^/]*@/g, '//***@').replace(/([?&](?:password|token)=)[^&\s]*/gi, '$1***');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** `value` in the greatest unit that divides it. */
function inUnits(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, size]) => value % size === 0 && value >= size);
  const [name, size] = fitting.at(-1) ?? Object.entries(units)[0];
  return `${value / size}${name}`;
}

function parseUnits(text: string, units: Readonly<Record<string, number>>, ignoreCase: boolean): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text);
  if (!match) throw new Error(/^\d+$/.test(text) ? 'has no unit' : 'is not a number with a unit');
  const unit = Object.entries(units).find(
    ([name]) => name === match[2] || (ignoreCase && name.toLowerCase() === match[2].toLowerCase()),
  );
  if (!unit) throw new Error(`has the unknown unit ${JSON.stringify(match[2])}`);
  const value = Number(match[1]) * unit[1];
  if (!Number.isSafeInteger(Math.round(value))) throw new Error('is too large');
  return Math.round(value);
}

function inRange(value: number, min: number, max: number, format: (n: number) => string): number {
  if (value < min) throw new Error(`is below ${format(min)}`);
  if (value > max) throw new Error(`is above ${format(max)}`);
  return value;
}

/** Lengths of time, in milliseconds: `250ms`, `10s`, `5m`, `1.5h`, `7d`. */
export function duration(min = 0, max = Number.MAX_SAFE_INTEGER): OptionFactory<number> {
  const format = (ms: number) => inUnits(ms, UNIT_MS);
  const upTo = max === Number.MAX_SAFE_INTEGER ? '' : `, at most ${format(max)}`;
  return factoryOf({
    accepts: `a number with a unit (ms, s, m, h, d), such as 10m; at least ${format(min)}${upTo}`,
    parse: (text) => inRange(parseUnits(text, UNIT_MS, false), min, max, format),
    format,
    quote: quoteText,
  });
}

/** Amounts of bytes: `512B`, `64KB`, `1.5GB`; a KB is 1024 bytes. */
export function byteSize(min = 0, max = Number.MAX_SAFE_INTEGER): OptionFactory<number> {
  const format = (bytes: number) => inUnits(bytes, UNIT_BYTES);
  const upTo = max === Number.MAX_SAFE_INTEGER ? '' : `, at most ${format(max)}`;
  return factoryOf({
    accepts: `a number with a unit (B, KB, MB, GB, TB), such as 64MB; at least ${format(min)}${upTo}`,
    parse: (text) => inRange(parseUnits(text, UNIT_BYTES, true), min, max, format),
    format,
    quote: quoteText,
  });
}

export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): OptionFactory<number> {
  const accepts =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${min} on`
      : `a whole number from ${min} to ${max}`;
  return factoryOf({
    accepts,
    parse: (text) => {
      if (!/^-?\d{1,16}$/.test(text)) throw new Error('is not a whole number');
      return inRange(Number(text), min, max, String);
    },
    format: String,
    quote: quoteText,
  });
}

/** A TCP port; 0 lets the system choose a free one. */
export const port: OptionFactory<number> = integer(0, 65_535);

const TRUE = new Set(['true', 'yes', 'on', '1']);
const FALSE = new Set(['false', 'no', 'off', '0']);

export const flag: OptionFactory<boolean> = factoryOf({
  accepts: 'true or false (also yes/no, on/off, 1/0)',
  parse: (text) => {
    const word = text.toLowerCase();
    if (!TRUE.has(word) && !FALSE.has(word)) throw new Error('is neither true nor false');
    return TRUE.has(word);
  },
  format: String,
  quote: quoteText,
} as ValueKind<boolean>);

export const text: OptionFactory<string> = factoryOf({
  accepts: 'any text',
  parse: (value) => value,
  format: (value) => value,
  quote: quoteText,
});

/** Never printed: neither in a failure nor in the documentation. */
export const secret: OptionFactory<string> = factoryOf({
  accepts: 'a text of at least 8 characters without white space',
  parse: (value) => {
    if (/\s/.test(value)) throw new Error('contains white space');
    if (value.length < 8) throw new Error('is too short');
    return value;
  },
  format: () => '***',
  quote: (value) => `(hidden, ${value.length} characters)`,
});

export function choice<const C extends string>(...choices: readonly C[]): OptionFactory<C> {
  return factoryOf<C>({
    accepts: `one of ${choices.join(', ')}`,
    parse: (value) => {
      const found = choices.find((known) => known === value.toLowerCase() || known === value);
      if (found === undefined) throw new Error('is none of the known words');
      return found;
    },
    format: (value) => value,
    quote: quoteText,
  });
}

/** A URL, or a comma-separated list of them, of one of the given schemes; kept as written. */
export function url(...schemes: readonly string[]): OptionFactory<string> {
  return factoryOf({
    accepts: `an address such as ${schemes[0]}://host:port (${schemes.join(', ')})`,
    parse: (value) => {
      for (const part of value.split(',')) checkUrl(part.trim(), schemes);
      return value;
    },
    format: redactUrl,
    quote: (value) => quoteText(redactUrl(value)),
  });
}

function checkUrl(part: string, schemes: readonly string[]): void {
  if (!URL.canParse(part)) throw new Error('is not an address');
  const parsed = new URL(part);
  const scheme = parsed.protocol.slice(0, -1);
  if (!schemes.includes(scheme)) throw new Error(`has the scheme ${JSON.stringify(scheme)}`);
}
