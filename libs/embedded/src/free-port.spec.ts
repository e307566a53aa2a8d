import { createServer } from 'node:net';
import { freePort, isFree } from './free-port.js';

describe('freePort', () => {
  it('keeps to the preferred port when it is free, and steps around it when it is taken', async () => {
    const preferred = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(preferred, '127.0.0.1', resolve));
    expect(await isFree(preferred)).toBe(false);
    const other = await freePort(preferred);
    expect(other).not.toBe(preferred);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree(preferred)).toBe(true);
  });

  it('never gives the same port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    expect(new Set(ports).size).toBe(20);
  });
});
