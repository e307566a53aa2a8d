/** Rows of CSV as items, with the columns of the contract or those that a header names. */
import { RawAttributes } from './attribute-rule.js';
import { splitCsvLine } from './csv-line.js';
import { eventFieldOf, FIELD_ALIASES } from './event-fields.js';
import type { EventField } from './event-fields.js';
import { FieldProblem } from './field-problem.js';
import { IncomingEvent } from './incoming-event.js';
import { quoteValue } from './quote-value.js';

/** Where one column goes. */
interface Column {
  readonly index: number;
  readonly name: string;
  /** Null for attributes. */
  readonly field: EventField | null;
}

/** The columns of a body, a field's own name before its aliases, so that the first cell with a value stands. */
interface CsvLayout {
  readonly columns: readonly Column[];
  readonly minCells: number;
  readonly maxCells: number;
  /** For messages. */
  readonly expected: string;
}

const PLAIN_NAMES = ['eventId', 'accountId', 'eventType', 'country', 'eventTime', 'amount', 'beneficiaryId'];
const PLAIN_MIN_CELLS = 5;

/** The layout of lines without a header. */
const PLAIN_LAYOUT: CsvLayout = {
  columns: toColumns(PLAIN_NAMES),
  minCells: PLAIN_MIN_CELLS,
  maxCells: PLAIN_NAMES.length,
  expected: '5 to 7 columns: eventId,accountId,eventType,country,eventTime[,amount[,beneficiaryId]]',
};

const ID_NAMES: readonly string[] = ['eventId', ...FIELD_ALIASES.eventId];

/** The layout when `line` is a header, which names a column of event ids; null when it is data. */
function readHeader(line: string): CsvLayout | FieldProblem | null {
  if (!ID_NAMES.some((name) => line.includes(name))) return null;
  const names = splitCsvLine(line)?.map((name) => name.trim());
  if (!names?.some((name) => ID_NAMES.includes(name))) return null;
  const odd = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (odd !== undefined) {
    const message = `a CSV header must name each column once, got ${odd === '' ? 'an empty name' : `${quoteValue(odd)} twice`}`;
    return new FieldProblem('invalid-csv', null, quoteValue(line), message);
  }
  const { length } = names;
  return {
    columns: toColumns(names),
    minCells: length,
    maxCells: length,
    expected: `${length} columns as in the header`,
  };
}

function toColumns(names: readonly string[]): Column[] {
  return names
    .map((name, index) => ({ index, name, field: eventFieldOf(name) }))
    .sort((a, b) => precedence(a) - precedence(b));
}

/** 0 for attributes and fields by their own name, then the aliases in their order. */
function precedence({ name, field }: Column): number {
  return field === null ? 0 : FIELD_ALIASES[field].indexOf(name) + 1;
}

/** Reads the lines of one body, of which the first may be a header. */
export class CsvReader {
  /** Why the header cannot be used: then the rows cannot be either. */
  headerProblem: FieldProblem | null = null;
  private layout: CsvLayout | null = null;

  constructor(private readonly receivedAt: number) {}

  /** The line as an event to be checked; null when it is the header. */
  read(line: string): IncomingEvent | FieldProblem | null {
    if (this.layout !== null) return incomingFromCsv(line, this.layout, this.receivedAt);
    const header = readHeader(line);
    this.layout = header === null || header instanceof FieldProblem ? PLAIN_LAYOUT : header;
    if (header instanceof FieldProblem) this.headerProblem = header;
    return header === null ? incomingFromCsv(line, this.layout, this.receivedAt) : null;
  }
}

/** One line as an event to be checked; empty cells are absent. */
function incomingFromCsv(line: string, layout: CsvLayout, receivedAt: number): IncomingEvent | FieldProblem {
  const cells = splitCsvLine(line);
  if (cells === null) {
    const message =
      'not valid CSV: a cell with a quote must stand in quotes, its quotes doubled, and end in the line it begins in';
    return new FieldProblem('invalid-csv', null, quoteValue(line), message);
  }
  if (cells.length < layout.minCells || cells.length > layout.maxCells) {
    const message = `a CSV line must have ${layout.expected}; got ${cells.length}`;
    return new FieldProblem('invalid-csv', null, quoteValue(line), message);
  }
  return fill(new IncomingEvent(receivedAt), cells, layout.columns);
}

function fill(raw: IncomingEvent, cells: readonly string[], columns: readonly Column[]): IncomingEvent {
  let attributes: RawAttributes | null = null;
  for (const { index, name, field } of columns) {
    if (index >= cells.length || cells[index] === '') continue;
    if (field !== null) setField(raw, field, cells[index]);
    else (attributes ??= new RawAttributes()).add(name, cells[index]);
  }
  raw.attributes = attributes;
  return raw;
}

/** Sets a field that has no value yet. Spelled out, since a computed name makes every store a slow one. */
function setField(raw: IncomingEvent, field: EventField, cell: string): void {
  switch (field) {
    case 'eventId':
      raw.eventId ??= cell;
      return;
    case 'accountId':
      raw.accountId ??= cell;
      return;
    case 'eventType':
      raw.eventType ??= cell;
      return;
    case 'country':
      raw.country ??= cell;
      return;
    case 'eventTime':
      raw.eventTime ??= cell;
      return;
    case 'amount':
      raw.amount ??= cell;
      return;
    case 'currency':
      raw.currency ??= cell;
      return;
  }
}
