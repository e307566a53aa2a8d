/** Ways to pass a batch to PostgreSQL, for comparison. The first is the one in use. */
import type pg from 'pg';
import { BinaryColumn, TYPE_OID } from '../src/binary-column.js';
import type { SampleRow } from './sample-rows.js';

export interface Writer {
  readonly name: string;
  write(client: pg.PoolClient, rows: readonly SampleRow[], conflict: string): Promise<void>;
}

const COLUMNS =
  'event_time, log_seq, first_log_seq, account_id, event_id, event_type, country, amount, currency, attributes';

const ON_CONFLICT = `DO UPDATE SET event_type = excluded.event_type, country = excluded.country,
  amount = excluded.amount, currency = excluded.currency, attributes = excluded.attributes,
  log_seq = excluded.log_seq WHERE excluded.log_seq > t.log_seq`;

function project(conflict: string): string {
  return `INSERT INTO bench_event AS t (${COLUMNS})
    SELECT unnest($1::timestamptz[]), unnest($2::int8[]), unnest($3::int8[]), unnest($4::text[]), unnest($5::text[]),
      unnest($6::text[]), unnest($7::text[]), unnest($8::numeric[]), unnest($9::text[]), unnest($10::jsonb[])
    ON CONFLICT (${conflict}) ${ON_CONFLICT}`;
}

function unnest(conflict: string): string {
  return `INSERT INTO bench_event AS t (${COLUMNS})
    SELECT * FROM unnest($1::timestamptz[], $2::int8[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::numeric[], $9::text[], $10::jsonb[])
    ON CONFLICT (${conflict}) ${ON_CONFLICT}`;
}

function binaryArrays(rows: readonly SampleRow[]): Buffer[] {
  const bytes = rows.length * 48;
  const time = new BinaryColumn(TYPE_OID.timestamptz, bytes);
  const place = new BinaryColumn(TYPE_OID.int8, bytes);
  const account = new BinaryColumn(TYPE_OID.text, bytes);
  const event = new BinaryColumn(TYPE_OID.text, bytes);
  const type = new BinaryColumn(TYPE_OID.text, bytes);
  const country = new BinaryColumn(TYPE_OID.text, bytes);
  const amount = new BinaryColumn(TYPE_OID.numeric, bytes);
  const currency = new BinaryColumn(TYPE_OID.text, bytes);
  const attributes = new BinaryColumn(TYPE_OID.jsonb, bytes);
  for (const row of rows) {
    time.pushTime(row.eventTime);
    place.pushInt8(row.place);
    account.pushText(row.accountId);
    event.pushText(row.eventId);
    type.pushText(row.eventType);
    country.pushText(row.country);
    amount.pushTenThousandths(row.amount);
    currency.pushText(row.currency);
    attributes.pushJsonb(row.attributes);
  }
  return [time, place, place, account, event, type, country, amount, currency, attributes].map((c) =>
    c.finish(),
  );
}

function amountText(scaled: number | null): string | null {
  return scaled === null ? null : (scaled / 10_000).toFixed(4);
}

const unnestBinary: Writer = {
  name: 'binary arrays, unnested as a table',
  async write(client, rows, conflict) {
    await client.query({ name: `binary ${conflict}`, text: unnest(conflict), values: binaryArrays(rows) });
  },
};

const projectBinary: Writer = {
  name: 'binary arrays, unnested in the select list',
  async write(client, rows, conflict) {
    await client.query({ name: `project ${conflict}`, text: project(conflict), values: binaryArrays(rows) });
  },
};

const unnestText: Writer = {
  name: 'text arrays, unnested as a table',
  async write(client, rows, conflict) {
    const values = [
      rows.map((row) => new Date(row.eventTime).toISOString()),
      rows.map((row) => row.place),
      rows.map((row) => row.place),
      rows.map((row) => row.accountId),
      rows.map((row) => row.eventId),
      rows.map((row) => row.eventType),
      rows.map((row) => row.country),
      rows.map((row) => amountText(row.amount)),
      rows.map((row) => row.currency),
      rows.map((row) => row.attributes),
    ];
    await client.query({ name: `text ${conflict}`, text: unnest(conflict), values });
  },
};

/** The driver's own way to hand raw protocol messages to it; see `Client.query` with a `submit` method. */
class CopyIn {
  readonly done: Promise<void>;
  private settle!: { resolve: () => void; reject: (error: Error) => void };
  private failure: Error | null = null;

  constructor(
    private readonly text: string,
    private readonly data: Buffer,
  ) {
    this.done = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  submit(connection: any): void {
    connection.query(this.text);
  }
  handleCopyInResponse(connection: any): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }
  handleError(error: Error): void {
    this.failure = error;
  }
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    if (this.failure) this.settle.reject(this.failure);
    else this.settle.resolve();
  }
}

const COPY_HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');

/** A tuple is the fields that the array columns hold, row by row; built here by slicing them. */
function copyData(rows: readonly SampleRow[]): Buffer {
  const columns = binaryArrays(rows);
  const at = columns.map(() => 20);
  const parts: Buffer[] = [COPY_HEADER];
  const fieldCount = Buffer.from([0, columns.length]);
  for (let i = 0; i < rows.length; i++) {
    parts.push(fieldCount);
    for (let c = 0; c < columns.length; c++) {
      const length = Math.max(0, columns[c].readInt32BE(at[c]));
      parts.push(columns[c].subarray(at[c], at[c] + 4 + length));
      at[c] += 4 + length;
    }
  }
  parts.push(Buffer.from([0xff, 0xff]));
  return Buffer.concat(parts);
}

const copyAndMerge: Writer = {
  name: 'binary COPY to a temporary table, then merge',
  async write(client, rows, conflict) {
    await client.query('BEGIN');
    await client.query(
      'CREATE TEMP TABLE IF NOT EXISTS bench_stage (LIKE bench_event) ON COMMIT DELETE ROWS',
    );
    const copy = new CopyIn(`COPY bench_stage (${COLUMNS}) FROM STDIN (FORMAT binary)`, copyData(rows));
    client.query(copy as any);
    await copy.done;
    await client.query({
      name: `merge ${conflict}`,
      text: `INSERT INTO bench_event AS t (${COLUMNS}) SELECT ${COLUMNS} FROM bench_stage
        ON CONFLICT (${conflict}) ${ON_CONFLICT}`,
    });
    await client.query('COMMIT');
  },
};

export const WRITERS: readonly Writer[] = [projectBinary, unnestBinary, unnestText, copyAndMerge];
