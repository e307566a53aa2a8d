/**
 * An audience says, beside what an event's content says, who keeps and who judges it: the versions in force when
 * its identity was first seen judge it; and where versions of the rules differ about versions of the event
 * (because it was late for some, or no longer matters to some), the audience lists those that keep this one. Few
 * audiences exist at a time; entries hold them by number.
 */
import { MAX_AUDIENCE } from '../history/entry.js';
import type { CompiledVersion } from './compiled-version.js';
import type { Program, SlotSet } from './program.js';
import { addSlot, hasSlot } from './program.js';

/** Uids that keep an event: those listed, and those from `from` on to which it matters. */
export interface Sight {
  readonly from: number;
  readonly listed: readonly number[];
}

/** The sight of an event that is late for nobody and not replaced. */
export const FULL_SIGHT: Sight = { from: 0, listed: [] };

interface Audience {
  readonly key: string;
  /** Uids that judge, ascending. */
  readonly epoch: readonly number[];
  readonly sight: Sight;
}

/** Who keeps, sees and judges the entries of one profile and one audience. */
export interface View {
  readonly kept: SlotSet;
  /** Of those that keep it, those to which it matters. */
  readonly seen: SlotSet;
  /** Of those that see it, those that judge it. */
  readonly judged: SlotSet;
  /** The versions that keep it, by rule id. */
  readonly versions: readonly CompiledVersion[];
  /** Widest window of those that keep it, ms; 0 when none does. */
  readonly widestMs: number;
}

export class Audiences {
  /** Audience of what is first seen now and seen by all. */
  current: number;
  private readonly all: (Audience | null)[] = [];
  private readonly holders: number[] = [];
  private readonly unused: number[] = [];
  private readonly numbers = new Map<string, number>();
  /** By audience, then by profile. */
  private views: (View | undefined)[][] = [];

  constructor(private program: Program) {
    this.current = this.hold([], FULL_SIGHT);
  }

  /** Starts a new generation of the rules with `epoch` in force. */
  renew(program: Program, epoch: readonly number[]): void {
    this.program = program;
    this.views = [];
    const former = this.current;
    this.current = this.hold(epoch, FULL_SIGHT);
    this.release(former);
  }

  epoch(audience: number): readonly number[] {
    return this.all[audience]!.epoch;
  }

  sight(audience: number): Sight {
    return this.all[audience]!.sight;
  }

  /** The number of the audience, held once more. */
  hold(epoch: readonly number[], sight: Sight): number {
    const key = `${epoch.join()};${sight.from};${sight.listed.join()}`;
    let audience = this.numbers.get(key);
    if (audience === undefined) {
      audience = this.unused.pop() ?? this.all.length;
      if (audience >= MAX_AUDIENCE)
        throw new RangeError(`more than ${MAX_AUDIENCE} audiences of events at once`);
      this.numbers.set(key, audience);
      this.all[audience] = { key, epoch, sight };
      this.holders[audience] = 0;
    }
    this.holders[audience]++;
    return audience;
  }

  retain(audience: number): void {
    this.holders[audience]++;
  }

  release(audience: number): void {
    if (--this.holders[audience] > 0) return;
    this.numbers.delete(this.all[audience]!.key);
    this.all[audience] = null;
    this.views[audience] = [];
    this.unused.push(audience);
  }

  view(audience: number, profile: number): View {
    const views = this.views[audience];
    if (views !== undefined) {
      const view = views[profile];
      if (view !== undefined) return view;
    }
    return this.makeView(audience, profile);
  }

  private makeView(audience: number, profile: number): View {
    const matters = this.program.profiles[profile];
    const { epoch, sight } = this.all[audience]!;
    const kept = new Uint32Array(matters.length);
    const seen = new Uint32Array(matters.length);
    const judged = new Uint32Array(matters.length);
    const versions: CompiledVersion[] = [];
    let widestMs = 0;
    for (const version of this.program.versions) {
      const { slot, uid } = version;
      const sees = hasSlot(matters, slot);
      if (!(sees && uid >= sight.from) && !sight.listed.includes(uid)) continue;
      addSlot(kept, slot);
      if (sees) addSlot(seen, slot);
      if (sees && epoch.includes(uid)) addSlot(judged, slot);
      versions.push(version);
      widestMs = Math.max(widestMs, version.withinMs);
    }
    const view = { kept, seen, judged, versions, widestMs };
    this.views[audience] ??= [];
    this.views[audience][profile] = view;
    return view;
  }
}
