/** The id of an alert: a function of rule, group and triggering identity, the same on every run. */
import { sha256 } from '@noble/hashes/sha2.js';
import { TextBytes } from '../memory/text-bytes.js';

const ID_BYTES = 16;
const scratch = new TextBytes();

/** 32 hexadecimal digits. The order of the group's fields does not matter. */
export function alertId(
  ruleId: string,
  group: Readonly<Record<string, string>>,
  accountId: string,
  eventTime: number,
  eventId: string,
): string {
  const fields = Object.keys(group).sort();
  const parts = [ruleId, fields.map((field) => [field, group[field]]), accountId, eventTime, eventId];
  scratch.set(JSON.stringify(parts));
  const digest = sha256(scratch.bytes.subarray(0, scratch.length));
  let id = '';
  for (let i = 0; i < ID_BYTES; i++) id += digest[i].toString(16).padStart(2, '0');
  return id;
}
