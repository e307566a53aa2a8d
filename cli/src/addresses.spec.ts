import { addressOf } from './addresses.js';

const stack = { ingest: 'http://127.0.0.1:7480', nats: 'nats://127.0.0.1:7422' };

describe('addressOf', () => {
  it('prefers the option, then the variable, then the running stack', () => {
    const env = { NATS_URL: 'nats://env:1' };
    expect(addressOf('nats', 'nats://flag:1', env, stack)).toBe('nats://flag:1');
    expect(addressOf('nats', undefined, env, stack)).toBe('nats://env:1');
    expect(addressOf('nats', undefined, {}, stack)).toBe('nats://127.0.0.1:7422');
  });

  it('says what to do when there is none', () => {
    expect(() => addressOf('postgres', undefined, {}, stack)).toThrow(
      /No address of PostgreSQL is known. Is Vigil running\? Start it with `npm start`.*--database or DATABASE_URL/,
    );
  });

  it('refuses what is no address of that kind, naming where it stood', () => {
    expect(() => addressOf('ingest', 'localhost:7480', {}, {})).toThrow(
      '--url: "localhost:7480" is no address',
    );
    expect(() => addressOf('nats', undefined, { NATS_URL: 'http://x' }, {})).toThrow('NATS_URL: "http://x"');
  });

  it('takes a list of NATS servers, and a base address with a slash', () => {
    expect(addressOf('nats', 'nats://a:1,nats://b:2', {}, {})).toBe('nats://a:1,nats://b:2');
    expect(addressOf('ingest', 'https://x.example/', {}, {})).toBe('https://x.example');
  });
});
