/**
 * A database may be written from one log after another (`log_identity`). Places of a later log must be greater than
 * all places of an earlier one, whatever their sequences: the generation of the log stands above them.
 */

const GENERATION_SHIFT = 53n;

/** Highest generation that fits above a place in a `bigint`. */
export const MAX_GENERATION = 1023;

/** What is added to a sequence or place of the given generation, as decimal text for a `bigint` parameter. */
export function generationBase(generation: number): string {
  return String(BigInt(generation) << GENERATION_SHIFT);
}
