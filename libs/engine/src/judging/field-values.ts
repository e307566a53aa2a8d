/** Values of an entry's fields, as keys that are equal exactly when the texts are, as numbers, and as text. */
import { formatAmount } from '#contracts';
import { countryText, currencyText } from '../history/contents.js';
import { entryAmount, hasEntryAmount } from '../history/entry.js';
import type { History } from '../history/history.js';
import type { Texts } from '../memory/texts.js';
import type { CompiledVelocity } from '../rules/compiled-version.js';
import type { Field } from '../rules/field.js';

export type ValueKey = number | string;

export class FieldValues {
  constructor(
    readonly history: History,
    readonly texts: Texts,
  ) {}

  /** Null when the entry lacks the field. Keys of different fields are not comparable. */
  key(field: Field, index: number): ValueKey | null {
    const { history } = this;
    switch (field.kind) {
      case 'attribute':
        return history.contents.attribute(history.content(index), field.attribute) || null;
      case 'country':
        return history.contents.country(history.content(index)) || null;
      case 'currency':
        return history.contents.currency(history.content(index)) || null;
      case 'amount':
        return this.amount(index);
      case 'eventType':
        return history.contents.type(history.content(index));
      case 'eventTime':
        return history.time(index);
      case 'eventId':
        return history.eventId(index);
      case 'accountId':
        return history.account;
    }
  }

  /** Ten-thousandths; NaN when the entry lacks the field or it is no decimal. */
  number(field: Field, index: number): number {
    if (field.kind === 'amount') return this.amount(index) ?? NaN;
    if (field.kind !== 'attribute') return NaN;
    const text = this.history.contents.attribute(this.history.content(index), field.attribute);
    return text === 0 ? NaN : this.texts.decimal(text);
  }

  /** The field's text; empty when the entry lacks it. */
  text(field: Field, index: number): string {
    const key = this.key(field, index);
    if (key === null) return '';
    if (field.kind === 'attribute' || field.kind === 'eventType') return this.texts.read(key as number);
    if (field.kind === 'country') return countryText(key as number)!;
    if (field.kind === 'currency') return currencyText(key as number)!;
    return field.kind === 'amount' ? formatAmount(key as number) : String(key);
  }

  /** Whether two entries that matter to the version are of one group. */
  sameGroup(version: CompiledVelocity, a: number, b: number): boolean {
    const { groupBy } = version;
    if (groupBy.length === 0 || a === b) return true;
    if (version.groupInContent && this.history.content(a) === this.history.content(b)) return true;
    for (let i = 0; i < groupBy.length; i++) {
      if (this.key(groupBy[i], a) !== this.key(groupBy[i], b)) return false;
    }
    return true;
  }

  /** Tells the groups of one account and version apart. */
  groupKey(version: CompiledVelocity, index: number): ValueKey {
    const { groupBy } = version;
    if (groupBy.length === 0) return 0;
    if (groupBy.length === 1) return this.key(groupBy[0], index)!;
    return JSON.stringify(groupBy.map((field) => this.key(field, index)));
  }

  private amount(index: number): number | null {
    const at = this.history.at(index);
    return hasEntryAmount(this.history.words, at) ? entryAmount(this.history.words, at) : null;
  }
}
