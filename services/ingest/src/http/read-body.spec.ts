import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { ByteBudget } from './byte-budget.js';
import { type BodyPlan, ClientGoneError, readBody } from './read-body.js';

const KB = 1024;

function setUp(plan: Partial<BodyPlan> = {}, room = 1000 * KB) {
  const source = new PassThrough();
  const budget = new ByteBudget(room);
  const reservation = budget.reserve(0)!;
  const aborter = new AbortController();
  const body = readBody(source, {
    compression: 'none',
    maxBytes: 100 * KB,
    reservation,
    signal: aborter.signal,
    ...plan,
  });
  body.catch(() => undefined);
  return { source, budget, aborter, body };
}

describe('readBody', () => {
  it('puts chunks together, and keeps what the body takes reserved', async () => {
    const { source, budget, body } = setUp();
    source.write('hel');
    source.end('lo');
    expect(Buffer.from(await body).toString()).toBe('hello');
    expect(budget.used).toBe(5);
  });

  it('inflates, and reserves what that takes', async () => {
    const { source, budget, body } = setUp({ compression: 'gzip' });
    source.end(gzipSync('x'.repeat(50 * KB)));
    expect((await body).length).toBe(50 * KB);
    expect(budget.used).toBe(50 * KB);
  });

  it('refuses what inflates beyond the bound, also when the trailer lies about it', async () => {
    for (const stated of [null, 10]) {
      const bomb = gzipSync(Buffer.alloc(500 * KB));
      if (stated !== null) bomb.writeUInt32LE(stated, bomb.length - 4);
      const { source, body } = setUp({ compression: 'gzip' });
      source.end(bomb);
      await expect(body).rejects.toMatchObject({ status: 413, code: 'body-too-large' });
    }
  });

  it('answers 429 when there is no room to inflate', async () => {
    const { source, body } = setUp({ compression: 'gzip' }, 40 * KB);
    source.end(gzipSync('x'.repeat(50 * KB)));
    await expect(body).rejects.toMatchObject({ status: 429, code: 'too-many-bytes-in-flight' });
  });

  it('refuses a body that goes on beyond the bound, and reads on for a while so that the answer is seen', async () => {
    const { source, body } = setUp();
    source.write(Buffer.alloc(101 * KB));
    await expect(body).rejects.toMatchObject({ status: 413 });
    source.write(Buffer.alloc(300 * KB));
    await new Promise(setImmediate);
    expect(source.destroyed).toBe(false);
    source.write(Buffer.alloc(200 * KB));
    await new Promise(setImmediate);
    expect(source.destroyed).toBe(true);
  });

  it('tells when the sender went away', async () => {
    const { source, body } = setUp();
    source.write('hel');
    source.destroy();
    await expect(body).rejects.toThrow(ClientGoneError);
  });

  it('gives up a body that is still coming when the service stops', async () => {
    const { source, aborter, body } = setUp();
    source.write('hel');
    aborter.abort();
    await expect(body).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });
});
