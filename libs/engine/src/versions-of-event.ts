/**
 * Held versions of one event. Usually there is one; where an arrival was late for some rules, these go on keeping
 * the version before it. Of each identity the latest held version is the one that new rules will keep.
 */
import { entryArrived } from './history/entry.js';
import type { IdCode } from './history/id-code.js';
import type { ShardState } from './shard-state.js';

/** Whether no version has replaced the entry: rules that come into force keep it. */
export function isLatest(state: ShardState, index: number): boolean {
  return state.audiences.sight(state.history.audience(index)).from !== Infinity;
}

/** Fills `found` with the indexes of the held versions of (`time`, `id`), ascending. */
export function findVersions(state: ShardState, time: number, id: IdCode, found: number[]): void {
  const { history } = state;
  found.length = 0;
  if (history.isLater(time)) return;
  collect(state, time, true, id, found);
  collect(state, time, false, id, found);
}

function collect(state: ShardState, time: number, logOut: boolean, id: IdCode, found: number[]): void {
  const { history } = state;
  for (let i = history.placeOf(time, logOut, id); i < history.count; i++) {
    if (history.time(i) !== time || history.isLogOut(i) !== logOut || !history.isSame(i, id)) return;
    found.push(i);
  }
}

/** Lets only the versions of the rules with the given uids keep the entry, and those from `from` on. */
export function restrictSight(
  state: ShardState,
  index: number,
  listed: readonly number[],
  from: number,
): void {
  const { history, audiences, windows } = state;
  const epoch = audiences.epoch(history.audience(index));
  windows.removing(history.account, index, history.time(index));
  history.setAudience(index, audiences.hold(epoch, { from, listed }));
  windows.inserted(history.account, index);
}

/** After versions of events of `time` went: where only replaced ones stay, the latest of them counts as the latest. */
export function promoteLatest(state: ShardState, time: number): void {
  const { history, audiences, book } = state;
  for (let i = history.firstFrom(time); i < history.count && history.time(i) === time; i++) {
    if (isLatest(state, i) || hasLater(state, i)) continue;
    restrictSight(state, i, audiences.sight(history.audience(i)).listed, book.nextUid);
  }
}

function hasLater(state: ShardState, index: number): boolean {
  const { history } = state;
  const { words } = history;
  const time = history.time(index);
  const id = history.eventId(index);
  const arrived = entryArrived(words, history.at(index));
  for (let i = history.firstFrom(time); i < history.count && history.time(i) === time; i++) {
    if (i === index || history.eventId(i) !== id) continue;
    const other = entryArrived(words, history.at(i));
    if (isLatest(state, i) || other > arrived || (other === arrived && i > index)) return true;
  }
  return false;
}
