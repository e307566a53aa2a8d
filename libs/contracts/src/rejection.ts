/** Why an item was refused. */

/** One refused item, or one body that holds no items at all. */
export interface Rejection {
  /** Position among the body's items, from 0; 0 for an unparsable body. */
  readonly index: number;
  /** Kebab-case; also the last token of the dead letter's subject. */
  readonly code: string;
  /** Canonical field name or attribute name; null when the item as a whole is at fault. */
  readonly field: string | null;
  /** The offending value, quoted and shortened. */
  readonly value: string | null;
  /** What is wrong, and what would be accepted. */
  readonly message: string;
  /** The item as received (re-serialised within a JSON array), or the whole body when unparsable. */
  readonly bytes: Uint8Array;
}
