/** Writes what was observed at a raising to the ledger, and reads alerts back from there as their messages say it. */
import type { Evidence, Observed } from '#contracts';
import type { History } from '../history/history.js';
import type { CountryRun } from '../judging/country-run.js';
import type { FieldValues } from '../judging/field-values.js';
import type { WindowTotals } from '../judging/window-totals.js';
import type { CompiledCountry, CompiledVelocity, CompiledVersion } from '../rules/compiled-version.js';
import { hasSlot } from '../rules/program.js';
import type { EvidenceItems } from './evidence-items.js';
import {
  CONDITION_FACTS,
  COUNTRY_FACTS,
  readCountryFacts,
  readVelocityFacts,
  writeCountryFacts,
  writeVelocityFacts,
} from './facts.js';
import type { Groups } from './groups.js';
import type { Ledger } from './ledger.js';
import { countryReason, velocityReason } from './reason.js';

const MAX_EVIDENCE = 20;

/** What an alert says of the facts at its raising. */
export interface AlertDetails {
  readonly group: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly observed: Observed;
  readonly evidence: Evidence;
}

export class AlertRecords {
  private readonly items: number[] = [];

  constructor(
    private readonly history: History,
    private readonly values: FieldValues,
    private readonly ledger: Ledger,
    private readonly evidence: EvidenceItems,
    private readonly groups: Groups,
  ) {}

  /** The record's alert comes to hold for entry `index`. */
  raiseCountry(record: number, version: CompiledCountry, index: number, run: CountryRun): void {
    const { history, ledger, items } = this;
    this.startWith(index);
    for (let i = index - 1; items.length < 2 && i >= 0; i--) {
      if (history.time(i) !== run.previousTime || !hasSlot(history.view(i).seen, version.slot)) continue;
      const { contents } = history;
      if (contents.country(history.content(i)) === run.previousCountry && !history.isLogOut(i)) this.add(i);
    }
    const at = ledger.raise(record, items.length, items, COUNTRY_FACTS);
    const country = history.contents.country(history.content(index));
    writeCountryFacts(ledger.factsPage(record), at, country, history.time(index), run);
  }

  raiseVelocity(record: number, version: CompiledVelocity, index: number, totals: WindowTotals): void {
    const { history, ledger, items, values } = this;
    this.startWith(index);
    const most = Math.min(totals.count, MAX_EVIDENCE);
    for (let i = index - 1; items.length < most; i--) {
      if (hasSlot(history.view(i).seen, version.slot) && values.sameGroup(version, i, index)) this.add(i);
    }
    const at = ledger.raise(record, totals.count, items, version.conditions.length * CONDITION_FACTS);
    writeVelocityFacts(ledger.factsPage(record), at, version, totals);
  }

  read(record: number, version: CompiledVersion, accountId: string): AlertDetails {
    const { ledger } = this;
    const group = this.groups.read(version, ledger.group(record), accountId);
    const events = ledger.evidenceItems(record).map((item) => this.evidence.read(item, accountId));
    const evidence = { events, count: ledger.evidenceCount(record) };
    const page = ledger.factsPage(record);
    const at = ledger.factsAt(record);
    if (version.kind === 'multi-country') {
      const observed = readCountryFacts(page, at);
      return { group, reason: countryReason(accountId, observed, version.rule), observed, evidence };
    }
    const conditions = readVelocityFacts(page, at, version);
    const reason = velocityReason(accountId, group, conditions, evidence.count, version.rule);
    return { group, reason, observed: { conditions }, evidence };
  }

  private startWith(index: number): void {
    this.items.length = 0;
    this.add(index);
  }

  private add(index: number): void {
    this.items.push(this.evidence.hold(this.history.words, this.history.at(index)));
  }
}
