/** Which rule versions were in force when, and which of them still judge. */
import type { RuleVersion } from '#contracts';

/** One version of a rule that was in force as `active` or `shadow`. */
export interface TrackedVersion {
  readonly version: RuleVersion;
  /** Log time at which the next version of the rule replaced it; `null` while it is in force. */
  endedAt: number | null;
}

export class RuleBook {
  private readonly tracked: TrackedVersion[] = [];

  constructor(private readonly allowedLatenessMs: number) {}

  /** Puts a version in force; gives the tracked one when it is a judging one. */
  apply(version: RuleVersion, nowMs: number): TrackedVersion | null {
    for (const earlier of this.inForce()) {
      if (earlier.version.rule.id === version.rule.id) earlier.endedAt = nowMs;
    }
    if (version.rule.state !== 'active' && version.rule.state !== 'shadow') return null;
    const tracked: TrackedVersion = { version, endedAt: null };
    this.tracked.push(tracked);
    return tracked;
  }

  /** The versions that judge an identity which is first seen now. */
  inForce(): TrackedVersion[] {
    return this.tracked.filter(({ endedAt }) => endedAt === null);
  }

  /** The versions that keep history, have lateness and judge again. */
  retained(nowMs: number): TrackedVersion[] {
    return this.tracked.filter((tracked) => this.isRetained(tracked, nowMs));
  }

  isRetained({ version, endedAt }: TrackedVersion, nowMs: number): boolean {
    return endedAt === null || nowMs < endedAt + version.rule.withinMs + this.allowedLatenessMs;
  }
}
