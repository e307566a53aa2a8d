/** Which lines of a service's log are for the user's eyes: warnings and worse, each at most once in a while. */

/** The same line is not shown again within this time; how often it came is added when it is. */
const QUIET_MS = 30_000;
/** Different lines that are remembered. */
const MOST_KNOWN = 200;
const SHOWN_LEVELS = new Set(['warn', 'error', 'fatal']);

interface Known {
  shownAt: number;
  since: number;
}

export class ImportantLines {
  private readonly known = new Map<string, Known>();
  private partial = '';

  constructor(
    private readonly service: string,
    private readonly show: (line: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes output as it comes, lines cut anywhere. */
  take(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop()!.slice(0, 65_536);
    for (const line of lines) {
      const message = importantMessage(line);
      if (message !== null) this.consider(message);
    }
  }

  private consider(message: string): void {
    // Lines that differ in figures alone are the same line.
    const key = message.replace(/\d+/g, '#');
    const known = this.known.get(key);
    const now = this.now();
    if (known && now - known.shownAt < QUIET_MS) {
      known.since += 1;
      return;
    }
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, { shownAt: now, since: 0 });
    const more = known && known.since > 0 ? ` (and ${known.since} times more before this)` : '';
    this.show(`${this.service}: ${message}${more}`);
  }
}

/** The message of a JSON log line of level `warn` or above; else `null`. */
export function importantMessage(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return typeof level === 'string' && SHOWN_LEVELS.has(level) && typeof msg === 'string' ? msg : null;
  } catch {
    return null;
  }
}

/** The last lines of a service's output, messages only, for a failure's report. */
export function readableTail(text: string, lines: number): string {
  const shown = text.trimEnd().split('\n').slice(-lines);
  return shown.map((line) => `    ${plain(line)}`).join('\n');
}

function plain(line: string): string {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return typeof msg === 'string' ? `${String(level)}: ${msg}` : line;
  } catch {
    return line;
  }
}
