import type { DeadLetter } from '#contracts';
import { BinaryColumn, TYPE_OID } from '../binary-column.js';
import type { Queryable } from '../queryable.js';

export interface DeadLetterRow {
  readonly letter: DeadLetter;
  /** Sequence in `DEAD_LETTERS`. */
  readonly sequence: number;
}

/** A redelivery carries the same id, so the first row of it stands. */
const INSERT = `
INSERT INTO dead_letter (id, reason, field, value, message, source_kind, source_name, source_sequence, source_index,
  received_at, payload, stream_seq)
SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::int8[]), unnest($9::int8[]), unnest($10::timestamptz[]),
  unnest($11::bytea[]), unnest($12::int8[])
ON CONFLICT (id) DO NOTHING`;

export async function insertDeadLetters(
  client: Queryable,
  rows: readonly DeadLetterRow[],
  generation: number,
): Promise<void> {
  const text = () => new BinaryColumn(TYPE_OID.text);
  const number = () => new BinaryColumn(TYPE_OID.int8);
  const [id, reason, field, value, message] = [text(), text(), text(), text(), text()];
  const [kind, name, sequence, index] = [text(), text(), number(), number()];
  const received = new BinaryColumn(TYPE_OID.timestamptz);
  const payload = new BinaryColumn(TYPE_OID.bytea);
  const streamSequence = number();
  for (const { letter, sequence: at } of rows) {
    id.pushText(storable(letter.id));
    reason.pushText(storable(letter.reason));
    field.pushText(storable(letter.field ?? null));
    value.pushText(storable(letter.value ?? null));
    message.pushText(storable(letter.message));
    kind.pushText(storable(letter.source.kind));
    name.pushText(storable(letter.source.name));
    sequence.pushInt8(letter.source.sequence ?? null);
    index.pushInt8(letter.source.index);
    received.pushTime(letter.receivedAt);
    payload.pushBytes(letter.payload);
    streamSequence.pushPlace(at, generation);
  }
  const columns = [
    id,
    reason,
    field,
    value,
    message,
    kind,
    name,
    sequence,
    index,
    received,
    payload,
    streamSequence,
  ];
  await client.query({ name: 'insert-dead-letters', text: INSERT, values: columns.map((c) => c.finish()) });
}

/** PostgreSQL's text holds no NUL; what is quoted of refused input may. The payload keeps the bytes as they came. */
function storable<T extends string | null>(text: T): T {
  return (text === null ? null : text.replaceAll('\0', '\\u0000')) as T;
}
