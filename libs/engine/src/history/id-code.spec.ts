import { compareUtf8 } from '#contracts';
import { WordPool } from '../memory/word-pool.js';
import { IdCode, readId, releaseId } from './id-code.js';

const IDS = [
  'a',
  'ab',
  'abcdefghijklmnop',
  'abcdefghijklmnopq',
  'x'.repeat(128),
  '395805b6-7aee-409a-85cc-d2ffb7eb7ef2',
  '395805b6-7aee-409a-85cc-d2ffb7eb7ef3',
  '395805B6-7AEE-409A-85CC-D2FFB7EB7EF2',
  '395805b6',
  '395805b6-7aee-409a-85cc-d2ffb7eb7efg',
  '9726',
  '\uFF5E',
  '\u{1F600}',
  'é',
  'z',
  '\u{1F600}'.repeat(30),
];

describe('ids in four words', () => {
  const pool = new WordPool();
  const words = new Uint32Array(8);
  const stored = (text: string): IdCode => {
    const id = new IdCode(pool);
    id.set(text);
    return id;
  };

  it.each(IDS)('come back: %s', (text) => {
    const id = stored(text);
    id.store(words, 4);
    expect(readId(words, 4, id.form, pool)).toBe(text);
    const loaded = new IdCode(pool);
    loaded.load(words, 4, id.form);
    expect([loaded.text, loaded.hash, loaded.form]).toEqual([text, id.hash, id.form]);
    releaseId(words, 4, id.form, pool);
  });

  it('are equal and ordered as their bytes are', () => {
    for (const left of IDS) {
      for (const right of IDS) {
        const [a, b] = [stored(left), stored(right)];
        b.store(words, 0);
        expect(a.equals(words, 0, b.form)).toBe(left === right);
        expect(Math.sign(a.compare(words, 0, b.form))).toBe(Math.sign(compareUtf8(left, right)));
        releaseId(words, 0, b.form, pool);
      }
    }
  });
});
