import { storeIsolating } from './isolate.js';

const refusal = (value: number) => Object.assign(new Error(`bad ${value}`), { code: '22003' });

/** A table that refuses some values, a whole statement at a time. */
function tableThatRefuses(bad: readonly number[]) {
  const stored = new Set<number>();
  let statements = 0;
  const store = (rows: readonly number[]): Promise<void> => {
    statements += 1;
    const found = rows.find((row) => bad.includes(row));
    if (found !== undefined) return Promise.reject(refusal(found));
    rows.forEach((row) => stored.add(row));
    return Promise.resolve();
  };
  return { stored, store, statements: () => statements };
}

describe('storing rows of which some are refused', () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => i);

  it.each([[[]], [[0]], [[999]], [[499, 500]], [[3, 300, 301, 777]], [rows]])(
    'stores all but the refused: case %#',
    async (bad: number[]) => {
      const table = tableThatRefuses(bad);
      const refused = await storeIsolating(rows, table.store);
      expect(refused.map((one) => one.row)).toEqual(bad);
      expect([...table.stored].sort((a, b) => a - b)).toEqual(rows.filter((row) => !bad.includes(row)));
    },
  );

  it('needs few statements for one bad row, and says what PostgreSQL said', async () => {
    const table = tableThatRefuses([321]);
    expect(await storeIsolating(rows, table.store)).toEqual([{ row: 321, message: 'bad 321 (22003)' }]);
    expect(table.statements()).toBeLessThan(25);
  });

  it('passes on what is not about the rows', async () => {
    const gone = Object.assign(new Error('terminating connection'), { code: '57P01' });
    await expect(storeIsolating(rows, () => Promise.reject(gone))).rejects.toBe(gone);
  });
});
