/**
 * Finds records of a pool by hash: extendible hashing over segments of at most 1,024 slots, so that growing
 * rehashes one segment at a time and never stalls. The record's first word is its hash; what else makes it
 * equal to a key is for the caller to compare.
 *
 * A segment is an array of words: its depth, its number of records, then the slots. A slot is a reference of 24
 * bits below 8 bits of the hash, which spare most visits to records that differ; 0 is an empty slot.
 *
 * Invariants:
 * 1. A segment of depth d stands in every directory place that shares its first d hash bits.
 * 2. Within a segment a record lies at or after its home slot with no empty slot between (linear probing).
 */
import type { WordPool } from './word-pool.js';
import { SLOT_BITS, SLOT_MASK } from './word-pool.js';

const DEPTH = 0;
const COUNT = 1;
const HEAD = 2;

const FIRST_CAPACITY = 8;
const SPLIT_CAPACITY = 1024;
/** Beyond this depth a segment grows instead of splitting: then the hashes are equal, and splitting is vain. */
const MAX_DEPTH = 20;
const REF_BITS = 24;
const REF_MASK = (1 << REF_BITS) - 1;

type Segment = Uint32Array;

function newSegment(depth: number, capacity: number): Segment {
  const segment = new Uint32Array(HEAD + capacity);
  segment[DEPTH] = depth;
  return segment;
}

function slotWord(ref: number, hash: number): number {
  return (ref | ((hash >>> 12) << REF_BITS)) >>> 0;
}

function put(segment: Segment, ref: number, hash: number): void {
  const mask = segment.length - HEAD - 1;
  let slot = hash & mask;
  while (segment[HEAD + slot] !== 0) slot = (slot + 1) & mask;
  segment[HEAD + slot] = slotWord(ref, hash);
  segment[COUNT]++;
}

export class RefIndex {
  private depth = 0;
  private directory: Segment[] = [newSegment(0, FIRST_CAPACITY)];
  private size = 0;
  private segment = this.directory[0];
  private slot = 0;
  private tag = 0;

  constructor(private readonly pool: WordPool) {}

  get count(): number {
    return this.size;
  }

  /** Starts a search; `next` then yields the candidates. */
  seek(hash: number): void {
    this.segment = this.directory[this.place(hash, this.depth)];
    this.slot = hash & (this.segment.length - HEAD - 1);
    this.tag = (hash >>> 12) & 0xff;
  }

  /** The next record whose hash may be the one sought, or 0. */
  next(): number {
    const { segment, tag } = this;
    const mask = segment.length - HEAD - 1;
    let { slot } = this;
    for (;;) {
      const word = segment[HEAD + slot];
      slot = (slot + 1) & mask;
      if (word === 0) return 0;
      if (word >>> REF_BITS !== tag) continue;
      this.slot = slot;
      return word & REF_MASK;
    }
  }

  /** Throws a `RangeError` when the pool has outgrown what the index can name. */
  insert(ref: number): void {
    if (ref > REF_MASK)
      throw new RangeError(`record ${ref} of a shard's index: at most ${REF_MASK} can be named`);
    const hash = this.hashOf(ref);
    let segment = this.directory[this.place(hash, this.depth)];
    while (segment[COUNT] >= ((segment.length - HEAD) * 13) >>> 4) {
      if (segment.length - HEAD < SPLIT_CAPACITY || segment[DEPTH] >= MAX_DEPTH) this.enlarge(segment, hash);
      else this.split(segment, hash);
      segment = this.directory[this.place(hash, this.depth)];
    }
    put(segment, ref, hash);
    this.size++;
  }

  /** The record must still have its hash. */
  remove(ref: number): void {
    const hash = this.hashOf(ref);
    const segment = this.directory[this.place(hash, this.depth)];
    const mask = segment.length - HEAD - 1;
    const own = slotWord(ref, hash);
    let hole = hash & mask;
    while (segment[HEAD + hole] !== own) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; segment[HEAD + slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.hashOf(segment[HEAD + slot] & REF_MASK) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      segment[HEAD + hole] = segment[HEAD + slot];
      hole = slot;
    }
    segment[HEAD + hole] = 0;
    segment[COUNT]--;
    this.size--;
    if (segment[COUNT] < (segment.length - HEAD) >>> 3) this.shrink(segment, hash);
  }

  private hashOf(ref: number): number {
    const page = ref >>> SLOT_BITS;
    return this.pool.pages[page][(ref & SLOT_MASK) * this.pool.strides[page]];
  }

  private place(hash: number, depth: number): number {
    return depth === 0 ? 0 : hash >>> (32 - depth);
  }

  private refill(target: Segment, source: Segment): void {
    for (let at = HEAD; at < source.length; at++) {
      const ref = source[at] & REF_MASK;
      if (ref !== 0) put(target, ref, this.hashOf(ref));
    }
  }

  private install(segment: Segment, hash: number): void {
    const width = 1 << (this.depth - segment[DEPTH]);
    const first = this.place(hash, segment[DEPTH]) * width;
    this.directory.fill(segment, first, first + width);
  }

  private enlarge(segment: Segment, hash: number): void {
    const bigger = newSegment(segment[DEPTH], (segment.length - HEAD) * 2);
    this.refill(bigger, segment);
    this.install(bigger, hash);
  }

  private split(segment: Segment, hash: number): void {
    if (segment[DEPTH] === this.depth) {
      this.directory = this.directory.flatMap((each) => [each, each]);
      this.depth++;
    }
    const depth = segment[DEPTH] + 1;
    const capacity = segment.length - HEAD;
    const halves = [newSegment(depth, capacity), newSegment(depth, capacity)];
    for (let at = HEAD; at < segment.length; at++) {
      const ref = segment[at] & REF_MASK;
      if (ref === 0) continue;
      const own = this.hashOf(ref);
      put(halves[this.place(own, depth) & 1], ref, own);
    }
    const low = this.place(hash, depth) & ~1;
    for (let half = 0; half < 2; half++) this.install(halves[half], ((low | half) << (32 - depth)) >>> 0);
  }

  private shrink(segment: Segment, hash: number): void {
    const depth = segment[DEPTH];
    const capacity = segment.length - HEAD;
    if (depth === 0) {
      if (capacity === FIRST_CAPACITY) return;
      const smaller = newSegment(0, capacity >>> 1);
      this.refill(smaller, segment);
      return this.install(smaller, hash);
    }
    const buddyHash = ((this.place(hash, depth) ^ 1) << (32 - depth)) >>> 0;
    const buddy = this.directory[this.place(buddyHash, this.depth)];
    if (buddy[DEPTH] !== depth || segment[COUNT] + buddy[COUNT] > SPLIT_CAPACITY >>> 2) return;
    const merged = newSegment(depth - 1, SPLIT_CAPACITY);
    this.refill(merged, segment);
    this.refill(merged, buddy);
    this.install(merged, hash);
  }
}
