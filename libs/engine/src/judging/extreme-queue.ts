/** Least or greatest value of a window that moves forward: a monotonic queue of (sequence, value). */

const COMPACT_AT = 1024;

export class ExtremeQueue {
  private sequences: number[] = [];
  private values: number[] = [];
  private head = 0;

  /** `sign` 1 finds the least value, -1 the greatest. */
  constructor(private readonly sign: 1 | -1) {}

  /** The extreme value; NaN when the window is empty. */
  get value(): number {
    return this.head < this.values.length ? this.values[this.head] : NaN;
  }

  clear(): void {
    this.sequences = [];
    this.values = [];
    this.head = 0;
  }

  push(sequence: number, value: number): void {
    const { values, sequences, sign } = this;
    while (values.length > this.head && (values[values.length - 1] - value) * sign >= 0) {
      values.pop();
      sequences.pop();
    }
    values.push(value);
    sequences.push(sequence);
  }

  /** The window's oldest entry leaves it. */
  shift(sequence: number): void {
    if (this.head >= this.sequences.length || this.sequences[this.head] !== sequence) return;
    this.head++;
    if (this.head < COMPACT_AT) return;
    this.sequences = this.sequences.slice(this.head);
    this.values = this.values.slice(this.head);
    this.head = 0;
  }
}
