import { batchesOf, bodyOf, type Batch } from './batches.js';
import { detectFormat, jsonItems, lineItems, withoutByteOrderMark, type Item } from './items.js';

/** The text in pieces of `size` bytes, to find what depends on where it is cut. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const shown = (items: Item[]): [number, string][] => items.map(({ line, bytes }) => [line, bytes.toString()]);

describe.each([1, 3, 7, 1_000])('input in pieces of %d bytes', (size) => {
  it('is cut into lines, blank ones left out, with their numbers', async () => {
    const items = await all(lineItems(pieces('a,1\n\n  \r\nb,2\r\nc,é', size)));
    expect(shown(items)).toEqual([
      [1, 'a,1'],
      [4, 'b,2\r'],
      [5, 'c,é'],
    ]);
  });

  it('is cut into the elements of an array as they are written', async () => {
    const text = '[\n {"a": 12345678901234567890,\n  "b": "],}\\"{"},\n {"c": [1, {"d": 2}]}\n, 5, "x"]\n';
    const items = await all(jsonItems(pieces(text, size)));
    expect(shown(items)).toEqual([
      [2, '{"a": 12345678901234567890,   "b": "],}\\"{"}'],
      [4, '{"c": [1, {"d": 2}]}'],
      [5, '5'],
      [5, '"x"'],
    ]);
  });

  it('is cut into objects that follow each other, over several lines each', async () => {
    const items = await all(jsonItems(pieces('{\n"a":1\n}\n{"b":2}{"c":3}', size)));
    expect(shown(items).map(([, text]) => text)).toEqual(['{ "a":1 }', '{"b":2}', '{"c":3}']);
  });

  it('hands on what is no whole value, for ingest to refuse', async () => {
    const items = await all(jsonItems(pieces('[{"a":1}, {"b": "un', size)));
    expect(shown(items).map(([, text]) => text)).toEqual(['{"a":1}', '{"b": "un']);
  });

  it('does not mend a line end within a string', async () => {
    const [item] = await all(jsonItems(pieces('{"a":"x\ny"}', size)));
    expect(() => JSON.parse(item.bytes.toString()) as unknown).toThrow();
    expect(item.bytes.includes(0x0a)).toBe(false);
  });

  it('is told apart by its beginning', async () => {
    const formatOf = async (text: string): Promise<string> =>
      (await detectFormat(pieces(text, size)[Symbol.asyncIterator]())).format;
    expect(await formatOf(' \n[{"a":1}]')).toBe('json');
    expect(await formatOf('{"a":1}\n{"a":2}\n')).toBe('ndjson');
    expect(await formatOf('{\n "a":1\n}')).toBe('json');
    expect(await formatOf('x,1,login,NL,5\n')).toBe('csv');
    expect(await formatOf('')).toBe('csv');
  });
});

it('a byte order mark is no part of the first line', async () => {
  const items = await all(lineItems(withoutByteOrderMark(pieces('\ufeffa,1\n', 100))));
  expect(shown(items)).toEqual([[1, 'a,1']]);
});

describe('batchesOf', () => {
  const limits = { items: 2, bytes: 1_000 };
  const bodies = (batches: Batch[]): string[] => batches.map((batch) => bodyOf(batch).toString());

  it('holds at most so many items and bytes, in order', async () => {
    const lines = lineItems(pieces(`{"a":1}\n{"a":2}\n{"a":3}\n${'x'.repeat(2_000)}\n{"a":4}\n`, 64));
    const batches = await all(batchesOf(lines, 'ndjson', limits));
    expect(bodies(batches)).toEqual([
      '{"a":1}\n{"a":2}\n',
      '{"a":3}\n',
      `${'x'.repeat(2_000)}\n`,
      '{"a":4}\n',
    ]);
    expect(batches[0].contentType).toBe('application/x-ndjson');
  });

  it('repeats a CSV header in each body', async () => {
    const lines = lineItems(pieces('accountId,eventId\n1,a\n2,b\n3,c\n', 5));
    expect(bodies(await all(batchesOf(lines, 'csv', limits)))).toEqual([
      'accountId,eventId\n1,a\n2,b\n',
      'accountId,eventId\n3,c\n',
    ]);
  });

  it('takes a first line of data for data', async () => {
    const lines = lineItems(pieces('id-1,1,login,NL,5\n', 100));
    expect(bodies(await all(batchesOf(lines, 'csv', limits)))).toEqual(['id-1,1,login,NL,5\n']);
  });
});
