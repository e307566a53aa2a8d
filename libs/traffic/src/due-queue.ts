/** A binary heap of things that are due at a time, the earliest first. */
export class DueQueue<T> {
  private readonly heap: { readonly dueMs: number; readonly item: T }[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** When the next is due; infinity when there is none. */
  get nextDueMs(): number {
    return this.heap.length === 0 ? Infinity : this.heap[0].dueMs;
  }

  push(dueMs: number, item: T): void {
    const { heap } = this;
    let i = heap.length;
    heap.push({ dueMs, item });
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent].dueMs <= heap[i].dueMs) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  /** Takes the next, due or not. */
  pop(): T | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return top.item;
  }

  private sink(): void {
    const { heap } = this;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && heap[right].dueMs < heap[left].dueMs ? right : left;
      if (heap[i].dueMs <= heap[child].dueMs) return;
      this.swap(i, child);
      i = child;
    }
  }

  private swap(i: number, j: number): void {
    [this.heap[i], this.heap[j]] = [this.heap[j], this.heap[i]];
  }
}
