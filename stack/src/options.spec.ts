import { readOptions } from './options.js';

const read = (args: string[], env: Record<string, string> = {}) => readOptions(args, env, '/project');

describe('readOptions', () => {
  it('sends sample traffic and keeps data in the project unless told otherwise', () => {
    expect(read([])).toMatchObject({
      dataDir: '/project/.vigil',
      demoRate: 50,
      natsUrl: null,
      ingestPort: 7480,
    });
  });

  it('sends nothing with --no-demo', () => {
    expect(read(['--no-demo'])).toMatchObject({ demoRate: 0 });
  });

  it('takes a rate, servers of the user and a directory', () => {
    const env = { NATS_URL: 'nats://n:4222', DATABASE_URL: 'postgres://p/x', VIGIL_DATA_DIR: '/data/v' };
    expect(read(['--rate', '200'], env)).toMatchObject({
      demoRate: 200,
      natsUrl: 'nats://n:4222',
      databaseUrl: 'postgres://p/x',
      dataDir: '/data/v',
    });
  });

  it('names the option and what is accepted', () => {
    expect(() => read(['--rate', 'fast'])).toThrow('--rate: "fast" is not a whole number from 1 to 2000');
    expect(() => read(['--nodemo'])).toThrow(/Unknown option '--nodemo'[^]*--no-demo/);
    expect(() => read([], { NATS_URL: 'http://x' })).toThrow('NATS_URL');
  });

  it('shows help when asked', () => {
    expect(read(['--help'])).toBe('help');
  });
});
