/**
 * Finds records of a pool by hash: extendible hashing over segments of at most 1,024 slots, so that growing
 * rehashes one segment at a time and never stalls. The record's first word is its hash; what else makes it
 * equal to a key is for the caller to compare.
 *
 * Invariants:
 * 1. A segment of local depth d stands in every directory place that shares its first d hash bits.
 * 2. Within a segment a record lies at or after its home slot with no empty slot between (linear probing).
 */
import type { WordPool } from './word-pool.js';
import { SLOT_BITS, SLOT_MASK } from './word-pool.js';

const FIRST_CAPACITY = 8;
const SPLIT_CAPACITY = 1024;
/** Beyond this depth a segment grows instead of splitting: then the hashes are equal, and splitting is vain. */
const MAX_DEPTH = 20;

class Segment {
  readonly refs: Uint32Array;
  /** Eight bits of each record's hash, to spare most visits to records that differ. */
  readonly tags: Uint8Array;
  count = 0;

  constructor(
    readonly depth: number,
    readonly capacity: number,
  ) {
    this.refs = new Uint32Array(capacity);
    this.tags = new Uint8Array(capacity);
  }

  put(ref: number, hash: number): void {
    const mask = this.capacity - 1;
    let slot = hash & mask;
    while (this.refs[slot] !== 0) slot = (slot + 1) & mask;
    this.refs[slot] = ref;
    this.tags[slot] = (hash >>> 12) & 0xff;
    this.count++;
  }
}

export class RefIndex {
  private depth = 0;
  private directory: Segment[] = [new Segment(0, FIRST_CAPACITY)];
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
    this.slot = hash & (this.segment.capacity - 1);
    this.tag = (hash >>> 12) & 0xff;
  }

  /** The next record whose hash may be the one sought, or 0. */
  next(): number {
    const { refs, tags, capacity } = this.segment;
    const mask = capacity - 1;
    for (;;) {
      const ref = refs[this.slot];
      if (ref === 0) return 0;
      const match = tags[this.slot] === this.tag;
      this.slot = (this.slot + 1) & mask;
      if (match) return ref;
    }
  }

  insert(ref: number): void {
    const hash = this.hashOf(ref);
    let segment = this.directory[this.place(hash, this.depth)];
    while (segment.count >= (segment.capacity * 13) >>> 4) {
      if (segment.capacity < SPLIT_CAPACITY || segment.depth >= MAX_DEPTH) this.resize(segment, hash);
      else this.split(segment, hash);
      segment = this.directory[this.place(hash, this.depth)];
    }
    segment.put(ref, hash);
    this.size++;
  }

  remove(ref: number): void {
    const hash = this.hashOf(ref);
    const segment = this.directory[this.place(hash, this.depth)];
    const { refs, tags } = segment;
    const mask = segment.capacity - 1;
    let hole = hash & mask;
    while (refs[hole] !== ref) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; refs[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.hashOf(refs[slot]) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      refs[hole] = refs[slot];
      tags[hole] = tags[slot];
      hole = slot;
    }
    refs[hole] = 0;
    segment.count--;
    this.size--;
    if (segment.count < segment.capacity >>> 3) this.shrink(segment, hash);
  }

  private hashOf(ref: number): number {
    const page = ref >>> SLOT_BITS;
    return this.pool.pages[page][(ref & SLOT_MASK) * this.pool.strides[page]];
  }

  private place(hash: number, depth: number): number {
    return depth === 0 ? 0 : hash >>> (32 - depth);
  }

  private refill(target: Segment, source: Segment): void {
    for (const ref of source.refs) if (ref !== 0) target.put(ref, this.hashOf(ref));
  }

  private install(segment: Segment, hash: number): void {
    const width = 1 << (this.depth - segment.depth);
    const first = this.place(hash, segment.depth) * width;
    this.directory.fill(segment, first, first + width);
  }

  private resize(segment: Segment, hash: number): void {
    const bigger = new Segment(segment.depth, segment.capacity * 2);
    this.refill(bigger, segment);
    this.install(bigger, hash);
  }

  private split(segment: Segment, hash: number): void {
    if (segment.depth === this.depth) {
      this.directory = this.directory.flatMap((each) => [each, each]);
      this.depth++;
    }
    const depth = segment.depth + 1;
    const halves = [new Segment(depth, segment.capacity), new Segment(depth, segment.capacity)];
    for (const ref of segment.refs) {
      if (ref === 0) continue;
      const own = this.hashOf(ref);
      halves[this.place(own, depth) & 1].put(ref, own);
    }
    const low = this.place(hash, depth) & ~1;
    for (let half = 0; half < 2; half++) this.install(halves[half], ((low | half) << (32 - depth)) >>> 0);
  }

  private shrink(segment: Segment, hash: number): void {
    if (segment.capacity > FIRST_CAPACITY && segment.depth === 0) {
      const smaller = new Segment(0, segment.capacity >>> 1);
      this.refill(smaller, segment);
      this.install(smaller, hash);
      return;
    }
    if (segment.depth === 0) return;
    const own = this.place(hash, segment.depth);
    const buddyHash = ((own ^ 1) << (32 - segment.depth)) >>> 0;
    const buddy = this.directory[this.place(buddyHash, this.depth)];
    if (buddy.depth !== segment.depth || segment.count + buddy.count > SPLIT_CAPACITY >>> 2) return;
    const merged = new Segment(segment.depth - 1, SPLIT_CAPACITY);
    this.refill(merged, segment);
    this.refill(merged, buddy);
    this.install(merged, hash);
  }
}
