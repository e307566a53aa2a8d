import { ByteBudget } from './byte-budget.js';

describe('ByteBudget', () => {
  it('reserves up to its limit and not a byte more', () => {
    const budget = new ByteBudget(100);
    const first = budget.reserve(60);
    expect(first).not.toBeNull();
    expect(budget.reserve(41)).toBeNull();
    expect(budget.reserve(40)).not.toBeNull();
    expect(budget.used).toBe(100);
    expect(budget.reserve(0)).not.toBeNull();
  });

  it('gives a reservation back when its last holder lets go', () => {
    const budget = new ByteBudget(100);
    const reservation = budget.reserve(60)!;
    reservation.hold();
    reservation.letGo();
    expect(budget.used).toBe(60);
    reservation.letGo();
    expect(budget.used).toBe(0);
  });

  it('resizes within the limit, and changes nothing where there is no room', () => {
    const budget = new ByteBudget(100);
    const reservation = budget.reserve(60)!;
    budget.reserve(30);
    expect(reservation.resize(71)).toBe(false);
    expect(reservation.size).toBe(60);
    expect(reservation.resize(70)).toBe(true);
    expect(reservation.resize(5)).toBe(true);
    expect(budget.used).toBe(35);
    reservation.letGo();
    expect(budget.used).toBe(30);
  });
});
