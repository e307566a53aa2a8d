/**
 * The versions of the rules, as the log brought them: which are in force, which still count, and since when not.
 *
 * Invariants:
 * 1. At most one version of a rule is in force.
 * 2. `retained` holds the judging versions in force and those that were so until less than
 *    `within + allowed lateness` ago, by rule id and version.
 * 3. `generation` rises with every change of `retained`, so that what was derived from it can tell its age.
 */
import type { RuleVersion } from '#contracts';

/** A version that keeps history and judges. */
export interface RetainedVersion {
  /** 1, 2, 3, … in the order in which versions came into force in this shard. */
  readonly uid: number;
  /** Number of the rule id. */
  readonly ruleIndex: number;
  readonly version: RuleVersion;
  /** Log time from which it counts no more; Infinity while it is in force. */
  lapsesAt: number;
}

export class RuleBook {
  generation = 1;
  nextUid = 1;
  retained: readonly RetainedVersion[] = [];
  private readonly ruleIds: string[] = [];
  private readonly latest: number[] = [];
  private readonly inForce: (RetainedVersion | null)[] = [];
  private nextLapse = Infinity;

  constructor(private readonly allowedLatenessMs: number) {}

  /** Uids of the judging versions in force, ascending. */
  get epoch(): number[] {
    const uids: number[] = [];
    for (const each of this.inForce) if (each !== null) uids.push(each.uid);
    return uids.sort((a, b) => a - b);
  }

  ruleId(ruleIndex: number): string {
    return this.ruleIds[ruleIndex];
  }

  /** Puts the version in force at log time `now`. False for a copy of one that was. */
  apply(version: RuleVersion, now: number): boolean {
    const ruleIndex = this.indexOf(version.rule.id);
    if (version.version <= this.latest[ruleIndex]) return false;
    this.latest[ruleIndex] = version.version;
    const former = this.inForce[ruleIndex];
    if (former !== null) former.lapsesAt = now + former.version.rule.withinMs + this.allowedLatenessMs;
    const { state } = version.rule;
    let added: RetainedVersion | null = null;
    if (state === 'active' || state === 'shadow')
      added = { uid: this.nextUid++, ruleIndex, version, lapsesAt: Infinity };
    this.inForce[ruleIndex] = added;
    this.retain(added === null ? this.retained : [...this.retained, added], now);
    return true;
  }

  /** Lets go of the versions whose time is over at `now`; whether there were any. */
  lapse(now: number): boolean {
    if (now < this.nextLapse) return false;
    this.retain(this.retained, now);
    return true;
  }

  private retain(versions: readonly RetainedVersion[], now: number): void {
    const kept = versions.filter((each) => now < each.lapsesAt);
    kept.sort((a, b) => compareRules(this.ruleId(a.ruleIndex), this.ruleId(b.ruleIndex)) || a.uid - b.uid);
    this.retained = kept;
    this.nextLapse = kept.reduce((least, each) => Math.min(least, each.lapsesAt), Infinity);
    this.generation++;
  }

  private indexOf(id: string): number {
    const known = this.ruleIds.indexOf(id);
    if (known >= 0) return known;
    this.ruleIds.push(id);
    this.latest.push(0);
    this.inForce.push(null);
    return this.ruleIds.length - 1;
  }
}

/** Rule ids are ASCII: units and bytes order them alike. */
function compareRules(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
