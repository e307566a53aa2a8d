/** The partitions that exist, as far as is known; answers in constant time for times that lie close together. */
import type { Partition } from './partition-plan.js';

export class PartitionIndex {
  private sorted: readonly Partition[] = [];
  private last: Partition | null = null;

  get partitions(): readonly Partition[] {
    return this.sorted;
  }

  replace(partitions: readonly Partition[]): void {
    this.sorted = [...partitions].sort((a, b) => a.fromMs - b.fromMs);
    this.last = null;
  }

  covers(timeMs: number): boolean {
    if (this.last !== null && timeMs >= this.last.fromMs && timeMs < this.last.toMs) return true;
    const found = this.find(timeMs);
    if (found !== null) this.last = found;
    return found !== null;
  }

  private find(timeMs: number): Partition | null {
    let low = 0;
    let high = this.sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.sorted[middle];
      if (timeMs < range.fromMs) high = middle - 1;
      else if (timeMs >= range.toMs) low = middle + 1;
      else return range;
    }
    return null;
  }
}
