/** Groups as texts: the values of what a rule groups by beside the account, in the rule's order. */
import type { FieldValues } from '../judging/field-values.js';
import type { Texts } from '../memory/texts.js';
import type { CompiledVersion } from '../rules/compiled-version.js';

/** The group of the account alone. */
export const ACCOUNT_GROUP = 0;

export class Groups {
  constructor(
    private readonly values: FieldValues,
    private readonly texts: Texts,
  ) {}

  /** The group of an entry that matters to the version, held once more; equal groups have equal numbers. */
  hold(version: CompiledVersion, index: number): number {
    if (version.kind === 'multi-country' || version.groupBy.length === 0) return ACCOUNT_GROUP;
    return this.texts.hold(JSON.stringify(version.groupBy.map((field) => this.values.text(field, index))));
  }

  release(group: number): void {
    if (group !== ACCOUNT_GROUP) this.texts.release(group);
  }

  /** The group's fields and values, in the rule's order. */
  read(version: CompiledVersion, group: number, accountId: string): Record<string, string> {
    if (version.kind === 'multi-country') return { accountId };
    const texts = group === ACCOUNT_GROUP ? [] : (JSON.parse(this.texts.read(group)) as string[]);
    const fields: Record<string, string> = {};
    for (const name of version.rule.groupBy) {
      const place = version.groupBy.findIndex((field) => field.name === name);
      fields[name] = place < 0 ? accountId : texts[place];
    }
    return fields;
  }
}
