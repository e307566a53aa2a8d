/**
 * Memory for small records: blocks of 32-bit words in pages of equal blocks. It owns the pages; what a block
 * holds is its user's. The garbage collector sees one object a page, however many records there are.
 *
 * Invariants:
 * 1. A reference is `page * 1024 + slot`; page 0 is never used, so 0 means "none".
 * 2. A page is in its class's `open` list exactly while it has a free slot.
 * 3. A page whose last block is freed is given back, unless it is as small as the first of its class.
 */

export const SLOT_BITS = 10;
export const SLOT_MASK = (1 << SLOT_BITS) - 1;
const MAX_SLOTS = 1 << SLOT_BITS;
/** Pages of a class start small, so that 64 shards with a few accounts stay small, and double up to 64 KB. */
const FIRST_PAGE_WORDS = 256;
const MAX_PAGE_WORDS = 16_384;

const NO_PAGE = new Uint32Array(0);

/** The pages whose blocks have one size. */
interface SizeClass {
  readonly stride: number;
  pages: number;
  readonly open: number[];
}

export class WordPool {
  /** By page; read as `pages[ref >>> SLOT_BITS]`. */
  readonly pages: Uint32Array[] = [NO_PAGE];
  /** Words of each block of the page. */
  readonly strides: number[] = [0];
  private readonly slots: number[] = [0];
  private readonly fresh: number[] = [0];
  private readonly freeHead: number[] = [0];
  private readonly live: number[] = [0];
  private readonly openAt: number[] = [-1];
  private readonly classes = new Map<number, SizeClass>();
  private readonly unusedPages: number[] = [];
  private allocatedWords = 0;

  /** Bytes held in pages. */
  get byteLength(): number {
    return this.allocatedWords * 4;
  }

  get pageCount(): number {
    return this.pages.length;
  }

  /** Blocks of the page that were ever in use; the rest are zero. */
  usedSlots(page: number): number {
    return this.fresh[page];
  }

  offset(ref: number): number {
    return (ref & SLOT_MASK) * this.strides[ref >>> SLOT_BITS];
  }

  /** A block of exactly `words` words, with whatever its last user left in it. */
  allocate(words: number): number {
    const size = this.classOf(words);
    const page = size.open.length > 0 ? size.open[size.open.length - 1] : this.addPage(size);
    let slot = this.freeHead[page];
    if (slot > 0) {
      slot--;
      this.freeHead[page] = this.pages[page][slot * words];
    } else {
      slot = this.fresh[page]++;
    }
    this.live[page]++;
    if (this.live[page] === this.slots[page]) this.close(size, page);
    return page * MAX_SLOTS + slot;
  }

  /** Frees the block. Its first word is overwritten, the others stay until it is used again. */
  free(ref: number): void {
    const page = ref >>> SLOT_BITS;
    const stride = this.strides[page];
    const slot = ref & SLOT_MASK;
    const size = this.classes.get(stride)!;
    this.pages[page][slot * stride] = this.freeHead[page];
    this.freeHead[page] = slot + 1;
    this.live[page]--;
    if (this.openAt[page] < 0) {
      this.openAt[page] = size.open.length;
      size.open.push(page);
    }
    if (this.live[page] === 0 && this.pages[page].length > FIRST_PAGE_WORDS) this.dropPage(size, page);
  }

  private classOf(words: number): SizeClass {
    let size = this.classes.get(words);
    if (size === undefined) {
      size = { stride: words, pages: 0, open: [] };
      this.classes.set(words, size);
    }
    return size;
  }

  private addPage(size: SizeClass): number {
    const target = Math.min(MAX_PAGE_WORDS, FIRST_PAGE_WORDS * 2 ** Math.min(size.pages, 8));
    const slots = Math.max(1, Math.min(MAX_SLOTS, Math.floor(target / size.stride)));
    const page = this.unusedPages.pop() ?? this.pages.length;
    this.pages[page] = new Uint32Array(slots * size.stride);
    this.strides[page] = size.stride;
    this.slots[page] = slots;
    this.fresh[page] = 0;
    this.freeHead[page] = 0;
    this.live[page] = 0;
    this.openAt[page] = size.open.length;
    size.open.push(page);
    size.pages++;
    this.allocatedWords += slots * size.stride;
    return page;
  }

  private close(size: SizeClass, page: number): void {
    const at = this.openAt[page];
    const last = size.open.pop()!;
    if (last !== page) {
      size.open[at] = last;
      this.openAt[last] = at;
    }
    this.openAt[page] = -1;
  }

  private dropPage(size: SizeClass, page: number): void {
    this.close(size, page);
    this.allocatedWords -= this.pages[page].length;
    this.pages[page] = NO_PAGE;
    this.strides[page] = 0;
    this.fresh[page] = 0;
    size.pages--;
    this.unusedPages.push(page);
  }
}
