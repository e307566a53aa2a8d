/**
 * The place of an event in the log: the stream sequence of its frame and its index within the frame,
 * packed into one number so that places compare as numbers and fit a PostgreSQL `bigint`.
 */

/** A frame holds at most this many events; the packing below depends on it. */
export const MAX_FRAME_EVENTS = 4096;

/** `sequence * 4096 + index`; exact up to the 2.2e12th message of the log. */
export function logPlace(sequence: number, index: number): number {
  return sequence * MAX_FRAME_EVENTS + index;
}

/** The stream sequence of the message that holds this place. */
export function placeSequence(place: number): number {
  return Math.floor(place / MAX_FRAME_EVENTS);
}

/** The index within the message that holds this place. */
export function placeIndex(place: number): number {
  return place % MAX_FRAME_EVENTS;
}
