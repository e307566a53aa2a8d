/**
 * The views of contents and audiences that were looked at lately. A pair is dropped whenever an entry that has it
 * goes: so a number that comes to stand for something else is never found.
 */
import type { View } from '../rules/audiences.js';

const SLOTS = 256;
/** No content and no audience has this number. */
const NONE = 0xffffffff;

export class ViewCache {
  private readonly contents = new Uint32Array(SLOTS).fill(NONE);
  private readonly audiences = new Uint32Array(SLOTS).fill(NONE);
  private readonly views: (View | null)[] = new Array<View | null>(SLOTS).fill(null);

  get(content: number, audience: number): View | null {
    const slot = (content ^ (content >>> 10) ^ audience) & (SLOTS - 1);
    return this.contents[slot] === content && this.audiences[slot] === audience ? this.views[slot] : null;
  }

  set(content: number, audience: number, view: View): void {
    const slot = (content ^ (content >>> 10) ^ audience) & (SLOTS - 1);
    this.contents[slot] = content;
    this.audiences[slot] = audience;
    this.views[slot] = view;
  }

  drop(content: number, audience: number): void {
    const slot = (content ^ (content >>> 10) ^ audience) & (SLOTS - 1);
    if (this.contents[slot] === content) this.contents[slot] = NONE;
    // The slot may hold another audience of the content: that is then found anew.
  }

  clear(): void {
    this.contents.fill(NONE);
  }
}
