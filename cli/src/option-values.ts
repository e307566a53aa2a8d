/** Readers of option values; each names what it accepts when it refuses. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** `0.02` or `2%`. */
export function share(text: string): number {
  const percent = text.endsWith('%');
  const number = Number((percent ? text.slice(0, -1) : text) || Number.NaN);
  const value = percent ? number / 100 : number;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share from 0 to 1, or from 0% to 100%.');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, of `500ms`, `30s`, `5m`, `1.5h`, `7d`. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError('Expected a number with a unit (ms, s, m, h, d), such as 30s or 5m.');
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2]]);
}

/** Epoch milliseconds, of a time (`2026-01-31T12:00:00Z`) or of how long ago (`10m`). */
export function pointInTime(text: string, now: number = Date.now()): number {
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return now - duration(text);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError(
    'Expected how long ago (10m, 2h, 7d) or a time such as 2026-01-31T12:00:00Z.',
  );
}

export function oneOf<const C extends string>(...choices: readonly C[]): (text: string) => C {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Expected one of ${choices.join(', ')}.`);
  };
}
