/**
 * What one actor holds, and the letting go of it, straight from the definitions.
 *
 * Owns the held versions, the let-go marks and the time of the next sweep; who judges what is the actor's.
 */
import type { AccountEvent } from '#contracts';
import type { EngineSettings } from '#engine';
import { compareEvents, identityKey } from './order.js';
import type { RuleBook, TrackedVersion } from './rule-book.js';

/** How far before the end of an event's windows a sweep is tried: the clock skew that events may have. */
const SWEEP_AHEAD_MS = 300_000;

/** One held version of an identity. */
export interface Held {
  readonly event: AccountEvent;
  readonly identity: string;
  /** Counts the arrivals of the actor; orders the versions of one identity. */
  readonly place: number;
  /** Log time of its arrival. */
  readonly arrivedAt: number;
  /** Versions that keep it, whether or not it matters to them; those no longer retained do not count. */
  readonly keptBy: Set<TrackedVersion>;
}

interface Mark {
  readonly eventTime: number;
  readonly setAt: number;
}

export class HeldHistory {
  held: Held[] = [];
  dueAt: number | null = null;
  private readonly marks = new Map<string, Mark>();

  constructor(
    private readonly settings: EngineSettings,
    private readonly book: RuleBook,
  ) {}

  /** The versions held of one identity, the earliest first. */
  versionsOf(identity: string): Held[] {
    return this.held.filter((held) => held.identity === identity).sort((a, b) => a.place - b.place);
  }

  /** Takes an arrival in and drops what no retained version keeps any more of its identity. */
  replace(arrival: Held, nowMs: number): void {
    const wasEmpty = this.held.length === 0;
    this.held = this.held.filter((held) => held.identity !== arrival.identity || this.isKept(held, nowMs));
    if (this.isKept(arrival, nowMs)) this.held.push(arrival);
    if (wasEmpty && this.held.length > 0) this.dueAt = nowMs + this.settings.sweepIntervalMs;
    if (this.held.length === 0) this.dueAt = null;
  }

  /** A new version keeps, of each identity, the version of it that is held last, if that one matters. */
  keepFor(tracked: TrackedVersion, isMatter: (event: AccountEvent) => boolean): Held[] {
    const latest = new Map<string, Held>();
    for (const held of this.held) {
      if ((latest.get(held.identity)?.place ?? -1) < held.place) latest.set(held.identity, held);
    }
    const kept = [...latest.values()].filter(({ event }) => isMatter(event));
    for (const held of kept) held.keptBy.add(tracked);
    return kept;
  }

  /** The rule's let-go mark, or `null` when there is none or it has expired. */
  mark(ruleId: string, nowMs: number): number | null {
    const mark = this.marks.get(ruleId);
    return mark !== undefined && nowMs < mark.setAt + this.settings.letGoMarkMs ? mark.eventTime : null;
  }

  /** Runs the sweep if it is due; gives what was let go. */
  sweepIfDue(nowMs: number, watermarkMs: number): Held[] {
    if (this.dueAt === null || nowMs < this.dueAt) return [];
    const going = this.held.filter((held) => this.mayGo(held, nowMs, watermarkMs));
    this.letGo(going, nowMs);
    this.dueAt = this.nextSweep(nowMs);
    return going;
  }

  /** Lets the oldest go beyond the cap. */
  enforceCap(nowMs: number): Held[] {
    const excess = this.held.length - this.settings.maxActorHistory;
    if (excess <= 0) return [];
    const byAge = [...this.held].sort((a, b) => compareEvents(a.event, b.event) || a.place - b.place);
    const going = byAge.slice(0, excess);
    this.letGo(going, nowMs);
    return going;
  }

  private letGo(going: readonly Held[], nowMs: number): void {
    for (const { event, keptBy } of going) {
      for (const tracked of keptBy) {
        if (!this.book.isRetained(tracked, nowMs)) continue;
        const ruleId = tracked.version.rule.id;
        const before = this.mark(ruleId, nowMs) ?? -Infinity;
        this.marks.set(ruleId, { eventTime: Math.max(before, event.eventTime), setAt: nowMs });
      }
    }
    this.held = this.held.filter((held) => !going.includes(held));
  }

  private mayGo(held: Held, nowMs: number, watermarkMs: number): boolean {
    if (!this.isKept(held, nowMs)) return true;
    const lateness = this.settings.allowedLatenessMs;
    const width = this.widest(held, nowMs);
    const touched = this.touched(held, nowMs);
    const passed = watermarkMs >= held.event.eventTime + width + lateness && nowMs >= touched + lateness;
    return passed || nowMs >= touched + width + lateness;
  }

  private nextSweep(nowMs: number): number | null {
    if (this.held.length === 0) return null;
    const lateness = this.settings.allowedLatenessMs;
    const earliest = this.held.map((held) => {
      const width = this.widest(held, nowMs);
      const touched = this.touched(held, nowMs);
      const passed = Math.max(touched + lateness, held.event.eventTime + width + lateness - SWEEP_AHEAD_MS);
      return Math.min(passed, touched + width + lateness);
    });
    return Math.max(nowMs + this.settings.sweepIntervalMs, Math.min(...earliest));
  }

  private widest(held: Held, nowMs: number): number {
    return Math.max(...this.keepers(held, nowMs).map(({ version }) => version.rule.withinMs));
  }

  private touched(held: Held, nowMs: number): number {
    const keepers = this.keepers(held, nowMs);
    const from = held.event.eventTime;
    const touching = this.held.filter(({ event, keptBy }) =>
      keepers.some(
        (tracked) =>
          keptBy.has(tracked) &&
          from <= event.eventTime &&
          event.eventTime <= from + tracked.version.rule.withinMs,
      ),
    );
    return Math.max(...touching.map(({ arrivedAt }) => arrivedAt));
  }

  private keepers(held: Held, nowMs: number): TrackedVersion[] {
    return [...held.keptBy].filter((tracked) => this.book.isRetained(tracked, nowMs));
  }

  private isKept(held: Held, nowMs: number): boolean {
    return this.keepers(held, nowMs).length > 0;
  }
}

/** What arrives, before any rule has looked at it. */
export function arrivalOf(event: AccountEvent, place: number, nowMs: number): Held {
  return { event, identity: identityKey(event), place, arrivedAt: nowMs, keptBy: new Set() };
}
