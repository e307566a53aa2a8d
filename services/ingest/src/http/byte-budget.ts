/**
 * One bound on the bytes that all requests in flight hold together.
 * A request reserves what its body may take before the body is read; the reservation ends with its last holder.
 */

export class ByteBudget {
  private reserved = 0;

  constructor(readonly limit: number) {}

  /** Bytes reserved now. */
  get used(): number {
    return this.reserved;
  }

  /** `null` when there is no room for that many bytes now. */
  reserve(bytes: number): Reservation | null {
    return this.take(bytes) ? new Reservation(bytes, this) : null;
  }

  /** For reservations: takes bytes, or gives them back when negative; false when there is no room. */
  take(bytes: number): boolean {
    if (bytes > 0 && this.reserved + bytes > this.limit) return false;
    this.reserved += bytes;
    return true;
  }
}

export class Reservation {
  private holders = 1;

  constructor(
    private bytes: number,
    private readonly budget: ByteBudget,
  ) {}

  get size(): number {
    return this.bytes;
  }

  /** Makes it this large, greater or smaller than before; false, and nothing changed, when there is no room. */
  resize(bytes: number): boolean {
    if (!this.budget.take(bytes - this.bytes)) return false;
    this.bytes = bytes;
    return true;
  }

  /** One holder more: the bytes stay reserved until each has let go. */
  hold(): void {
    this.holders += 1;
  }

  letGo(): void {
    this.holders -= 1;
    if (this.holders === 0) {
      this.budget.take(-this.bytes);
      this.bytes = 0;
    }
  }
}
