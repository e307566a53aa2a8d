/**
 * The retained versions, compiled. Each set of versions to which some content matters is a profile with a number;
 * a content's profile is found once in each generation of the rules and noted with the content.
 */
import type { AccountEvent } from '#contracts';
import type { Contents } from '../history/contents.js';
import type { Texts } from '../memory/texts.js';
import type { CompiledVersion } from './compiled-version.js';
import { compileVersion, contentMatters, eventMatters } from './compiled-version.js';
import type { RetainedVersion } from './rule-book.js';

/** The profile of what matters to no version. */
export const NO_PROFILE = 0;

/** A set of versions: bit `slot` of word `slot / 32`. */
export type SlotSet = Uint32Array;

export function hasSlot(set: SlotSet, slot: number): boolean {
  return ((set[slot >>> 5] >>> (slot & 31)) & 1) === 1;
}

export function addSlot(set: SlotSet, slot: number): void {
  set[slot >>> 5] |= 1 << (slot & 31);
}

/** Versions that an event of one type can matter to. */
interface TypePlan {
  /** The type among the texts, held by the program; 0 for types that no version names. */
  readonly type: number;
  readonly versions: readonly CompiledVersion[];
}

export class Program {
  readonly versions: readonly CompiledVersion[];
  readonly profiles: SlotSet[] = [];
  private readonly setWords: number;
  private readonly plans = new Map<string, TypePlan>();
  private readonly otherTypes: TypePlan;
  private readonly held: number[] = [];
  private readonly scratch: SlotSet;
  private readonly numbers = new Map<number | string, number>();

  constructor(
    retained: readonly RetainedVersion[],
    readonly generation: number,
    private readonly contents: Contents,
    private readonly texts: Texts,
  ) {
    const resolve = (name: string): number => this.pin(name);
    this.versions = retained.map((each, slot) => compileVersion(each, slot, resolve));
    this.setWords = Math.max(1, (this.versions.length + 31) >>> 5);
    this.scratch = new Uint32Array(this.setWords);
    for (const type of new Set(this.versions.flatMap(({ types }) => types)))
      this.plans.set(type, { type: this.pin(type), versions: this.versionsOf(type) });
    this.otherTypes = { type: 0, versions: this.versions.filter(({ types }) => types.length === 0) };
    this.profileNumber();
  }

  /** Lets go of the texts that compiling held. */
  dispose(): void {
    for (const text of this.held) this.texts.release(text);
    this.held.length = 0;
  }

  /** The profile of an event that is not held. */
  profileOf(event: AccountEvent): number {
    const plan = this.plans.get(event.eventType) ?? this.otherTypes;
    const { versions } = plan;
    if (versions.length === 0) return NO_PROFILE;
    if (this.setWords > 1) return this.profileOfMany(versions, event);
    let bits = 0;
    for (let i = 0; i < versions.length; i++) {
      if (eventMatters(versions[i], event)) bits |= 1 << versions[i].slot;
    }
    if (bits === 0) return NO_PROFILE;
    this.scratch[0] = bits;
    return this.profileNumber();
  }

  /** The event's content among the contents, held once more and its profile noted. */
  holdContent(event: AccountEvent, profile: number): number {
    const known = this.plans.get(event.eventType)?.type ?? 0;
    const type = known === 0 ? this.texts.hold(event.eventType) : known;
    const content = this.contents.hold(event, type);
    if (known === 0) this.texts.release(type);
    this.contents.setProfile(content, this.generation, profile);
    return content;
  }

  /** The profile of a held content. */
  profileOfContent(content: number): number {
    const known = this.contents.profile(content, this.generation);
    if (known >= 0) return known;
    const type = this.texts.read(this.contents.type(content));
    const plan = this.plans.get(type) ?? this.otherTypes;
    this.scratch.fill(0);
    for (const version of plan.versions) {
      if (contentMatters(version, this.contents, content, type)) addSlot(this.scratch, version.slot);
    }
    const profile = this.profileNumber();
    this.contents.setProfile(content, this.generation, profile);
    return profile;
  }

  private profileOfMany(versions: readonly CompiledVersion[], event: AccountEvent): number {
    this.scratch.fill(0);
    for (const version of versions) if (eventMatters(version, event)) addSlot(this.scratch, version.slot);
    return this.profileNumber();
  }

  /** Number of the set in `scratch`. */
  private profileNumber(): number {
    const key = this.setWords === 1 ? this.scratch[0] : this.scratch.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.profiles.length);
    return this.profiles.push(this.scratch.slice()) - 1;
  }

  private versionsOf(type: string): CompiledVersion[] {
    return this.versions.filter(({ types }) => types.length === 0 || types.includes(type));
  }

  private pin(text: string): number {
    const ref = this.texts.hold(text);
    this.held.push(ref);
    return ref;
  }
}
