import { IllegalTransitionError, type ShardPhase, ShardState } from './shard-state.js';

const PHASES: ShardPhase[] = ['unowned', 'claiming', 'restoring', 'running', 'draining', 'fenced'];

/** The way to a phase from `unowned`. */
const WAY: Record<ShardPhase, ShardPhase[]> = {
  unowned: [],
  claiming: ['claiming'],
  restoring: ['claiming', 'restoring'],
  running: ['claiming', 'restoring', 'running'],
  draining: ['claiming', 'restoring', 'running', 'draining'],
  fenced: ['claiming', 'fenced'],
};

const LEGAL: Record<ShardPhase, ShardPhase[]> = {
  unowned: ['claiming', 'fenced'],
  claiming: ['restoring', 'draining', 'fenced'],
  restoring: ['running', 'draining', 'fenced'],
  running: ['draining', 'fenced'],
  draining: ['unowned', 'fenced'],
  fenced: ['unowned'],
};

function stateIn(phase: ShardPhase): ShardState {
  const state = new ShardState(3);
  for (const step of WAY[phase]) state.enter(step);
  return state;
}

describe('ShardState', () => {
  it.each(PHASES.flatMap((from) => PHASES.map((to) => [from, to] as const)))('from %s to %s', (from, to) => {
    const state = stateIn(from);
    if (LEGAL[from].includes(to)) {
      state.enter(to);
      expect(state.phase).toBe(to);
    } else {
      expect(() => state.enter(to)).toThrow(IllegalTransitionError);
      expect(() => state.enter(to)).toThrow(`Shard 3 cannot go from ${from} to ${to}`);
      expect(state.phase).toBe(from);
    }
  });

  it('tells of each change', () => {
    const changes: string[] = [];
    const state = new ShardState(0, (from, to) => changes.push(`${from}>${to}`));
    state.enter('claiming');
    state.enter('fenced');
    state.enter('unowned');
    expect(changes).toEqual(['unowned>claiming', 'claiming>fenced', 'fenced>unowned']);
  });
});
