/** Gathers what the items of one body turn out to be. */
import type { AccountEvent } from './event.js';
import { readIncomingEvent } from './event-reader.js';
import { FieldProblem } from './field-problem.js';
import type { IncomingEvent } from './incoming-event.js';
import type { Rejection } from './rejection.js';

export interface DecodeOptions {
  /** When the body was received: HTTP by the clock of ingest, NATS by the JetStream time stamp. Epoch milliseconds. */
  readonly receivedAt: number;
  readonly maxItems: number;
  /** Deepest nesting of JSON that is taken in one event; an event without nested values has depth 1. */
  readonly maxDepth: number;
}

export interface DecodedBody {
  /** Accepted events, in the order of the body. */
  readonly events: AccountEvent[];
  /** For each event its position among the body's items. */
  readonly eventIndexes: number[];
  readonly rejected: Rejection[];
  /** How many items the body has, accepted and refused; blank lines and a CSV header are none. */
  readonly items: number;
}

export class ItemCollector {
  private readonly events: AccountEvent[] = [];
  private readonly eventIndexes: number[] = [];
  private readonly rejected: Rejection[] = [];
  private items = 0;
  private overflowed = false;

  constructor(readonly options: DecodeOptions) {}

  /** Whether the body has no more items than it may. */
  hasRoom(): boolean {
    if (this.items >= this.options.maxItems) this.overflowed = true;
    return !this.overflowed;
  }

  /** Counts one item in. Null when it became an event, else what is wrong; then `reject` has to follow. */
  take(raw: IncomingEvent | FieldProblem): FieldProblem | null {
    const event = raw instanceof FieldProblem ? raw : readIncomingEvent(raw);
    if (event instanceof FieldProblem) return event;
    this.events.push(event);
    this.eventIndexes.push(this.items++);
    return null;
  }

  reject(problem: FieldProblem, bytes: Uint8Array): void {
    this.rejected.push(rejection(problem, this.items++, bytes));
  }

  /** What came of the body with these bytes. A body of too many items is refused as a whole. */
  result(body: Uint8Array): DecodedBody {
    if (this.overflowed) return refuseBody(tooManyItems(this.options.maxItems), body);
    const { events, eventIndexes, rejected, items } = this;
    return { events, eventIndexes, rejected, items };
  }
}

/** The outcome for a body that holds no items at all. */
export function refuseBody(problem: FieldProblem, body: Uint8Array): DecodedBody {
  return { events: [], eventIndexes: [], rejected: [rejection(problem, 0, body)], items: 1 };
}

function tooManyItems(maxItems: number): FieldProblem {
  return new FieldProblem('too-many-items', null, null, `a body must hold at most ${maxItems} items`);
}

function rejection(
  { code, field, value, message }: FieldProblem,
  index: number,
  bytes: Uint8Array,
): Rejection {
  return { index, code, field, value, message, bytes };
}
