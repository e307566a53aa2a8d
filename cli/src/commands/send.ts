/** `vigil send`: events of a file or of standard input to ingest, in their order. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addressOf } from '../addresses.js';
import { CliFailure, EXIT, usage } from '../failure.js';
import { IngestClient } from '../ingest-client.js';
import { batchesOf, bodyOf, type Batch } from '../input/batches.js';
import {
  detectFormat,
  jsonItems,
  lineItems,
  withoutByteOrderMark,
  type InputFormat,
} from '../input/items.js';
import { note, print, printJson } from '../output/out.js';
import { showProgress, type Progress } from '../output/progress.js';

export interface SendOptions {
  readonly format?: InputFormat;
  readonly batch: number;
  readonly url?: string;
  readonly token?: string;
  readonly patience: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface RefusedLine {
  readonly line: number;
  readonly code: string;
  readonly field: string | null;
  readonly value: string | null;
  readonly message: string;
}

export interface Totals {
  accepted: number;
  refused: number;
  /** The first of the refused. */
  readonly listed: RefusedLine[];
}

const MOST_LISTED = 1_000;
const MOST_SHOWN = 20;
/** Well below what ingest takes in one body. */
const BATCH_BYTES = 1024 * 1024;

/** Returns the exit code. */
export async function send(file: string, options: SendOptions, signal: AbortSignal): Promise<number> {
  const client = new IngestClient({
    url: addressOf('ingest', options.url),
    token: options.token ?? process.env.VIGIL_TOKEN ?? null,
    patienceMs: options.patience,
    signal,
    onWait: (reason) => note(`Waiting: ${reason}`),
  });
  const input = await openInput(file);
  const progress = showProgress(input.size, input.size === null ? 'events' : 'bytes', options.quiet !== true);
  const totals: Totals = { accepted: 0, refused: 0, listed: [] };
  try {
    const { format, chunks } = await withFormat(file, withoutByteOrderMark(input.chunks), options.format);
    const items = format === 'json' ? jsonItems(chunks) : lineItems(chunks);
    let bytes = 0;
    for await (const batch of batchesOf(items, format, { items: options.batch, bytes: BATCH_BYTES })) {
      await post(client, batch, totals);
      bytes += batch.items.reduce((sum, item) => sum + item.bytes.length + 1, 0);
      progress.update(input.size === null ? totals.accepted + totals.refused : bytes);
    }
  } catch (error) {
    stopAndTell(progress, totals, error, signal);
    throw error;
  }
  progress.stop();
  await report(totals, options);
  return totals.refused > 0 ? EXIT.notAll : EXIT.ok;
}

/** Sends a batch; in halves if it is too large as a whole. */
async function post(client: IngestClient, batch: Batch, totals: Totals): Promise<void> {
  const outcome = await client.post(bodyOf(batch), batch.contentType);
  if (outcome.kind === 'taken') {
    totals.accepted += outcome.accepted;
    for (const { index, code, field, value, message } of outcome.rejected) {
      refuse(totals, { line: batch.items[index]?.line ?? 0, code, field, value, message });
    }
    return;
  }
  if (batch.items.length === 1) {
    const { line } = batch.items[0];
    return refuse(totals, { line, code: 'too-large', field: null, value: null, message: outcome.message });
  }
  const middle = Math.ceil(batch.items.length / 2);
  await post(client, { ...batch, items: batch.items.slice(0, middle) }, totals);
  await post(client, { ...batch, items: batch.items.slice(middle) }, totals);
}

function refuse(totals: Totals, refused: RefusedLine): void {
  totals.refused += 1;
  if (totals.listed.length < MOST_LISTED) totals.listed.push(refused);
}

async function report(totals: Totals, { json, quiet }: SendOptions): Promise<void> {
  if (json) {
    return printJson({ accepted: totals.accepted, refused: totals.refused, rejected: totals.listed });
  }
  for (const { line, message, code } of totals.listed.slice(0, MOST_SHOWN)) {
    note(`line ${line}: ${message} (${code})`);
  }
  const hidden = totals.refused - Math.min(totals.listed.length, MOST_SHOWN);
  if (hidden > 0) note(`and ${hidden.toLocaleString('en')} more; all are in \`vigil dead-letters\``);
  if (quiet && totals.refused === 0) return;
  await print(
    `${totals.accepted.toLocaleString('en')} accepted, ${totals.refused.toLocaleString('en')} refused`,
  );
}

/** What was accepted before the end stays accepted: whoever sends again should know. */
function stopAndTell(progress: Progress, totals: Totals, error: unknown, signal: AbortSignal): void {
  progress.stop();
  if (!signal.aborted && !(error instanceof CliFailure)) return;
  note(`${totals.accepted} accepted and ${totals.refused} refused before that; sending all again is safe`);
}

interface Input {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes; `null` when unknown. */
  readonly size: number | null;
}

async function openInput(file: string): Promise<Input> {
  if (file === '-') {
    if (process.stdin.isTTY)
      note('Reading events from the keyboard; Ctrl-D ends them. `vigil send --help` tells more.');
    return { chunks: process.stdin, size: null };
  }
  try {
    const info = await stat(file);
    if (info.isDirectory()) throw usage(`${file} is a directory; expected a file of events`);
    return { chunks: createReadStream(file), size: info.isFile() ? info.size : null };
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw usage(`${file} cannot be read: ${(error as Error).message}`);
  }
}

const BY_ENDING: Readonly<Record<string, InputFormat>> = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' };

/** As told, by the file's name, or by how the input begins. */
async function withFormat(
  file: string,
  chunks: AsyncIterable<Buffer>,
  told: InputFormat | undefined,
): Promise<{ format: InputFormat; chunks: AsyncIterable<Buffer> }> {
  const known = told ?? BY_ENDING[file.split('.').at(-1) ?? ''];
  if (known !== undefined) return { format: known, chunks };
  const iterator = chunks[Symbol.asyncIterator]();
  const { format, head } = await detectFormat(iterator);
  return { format, chunks: prepend(head, iterator) };
}

async function* prepend(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
