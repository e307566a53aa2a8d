/** Gathers items into bodies for ingest. */
import type { InputFormat, Item } from './items.js';

export interface Batch {
  readonly items: readonly Item[];
  readonly contentType: string;
  /** A CSV header, repeated in each body. */
  readonly header: Buffer | null;
}

export interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
}

const LINE_END = Buffer.from('\n');
const CSV_ID_COLUMNS = ['eventId', 'transactionId'];

export async function* batchesOf(
  items: AsyncIterable<Item>,
  format: InputFormat,
  limits: BatchLimits,
): AsyncGenerator<Batch> {
  const contentType = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
  let header: Buffer | null = null;
  let gathered: Item[] = [];
  let bytes = 0;
  let first = true;
  for await (const item of items) {
    if (first && format === 'csv' && isHeader(item.bytes)) header = item.bytes;
    else {
      if (
        gathered.length >= limits.items ||
        (gathered.length > 0 && bytes + item.bytes.length > limits.bytes)
      ) {
        yield { items: gathered, contentType, header };
        gathered = [];
        bytes = 0;
      }
      gathered.push(item);
      bytes += item.bytes.length + 1;
    }
    first = false;
  }
  if (gathered.length > 0) yield { items: gathered, contentType, header };
}

export function bodyOf({ items, header }: Batch): Buffer {
  const lines = header === null ? [] : [header, LINE_END];
  for (const { bytes } of items) lines.push(bytes, LINE_END);
  return Buffer.concat(lines);
}

/** As ingest tells: a header names a column of event ids. */
function isHeader(line: Buffer): boolean {
  const cells = line.toString().split(',');
  return cells.some((cell) => CSV_ID_COLUMNS.includes(cell.trim().replace(/^"(.*)"$/, '$1')));
}
