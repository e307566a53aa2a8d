import { ConfigError, describe as describeOptions, option, readConfig } from './index.js';

const options = {
  lateness: option.duration.withDefault('LATENESS', 600_000, 'How late.'),
  memory: option.byteSizeBetween(1024).withDefault('MEMORY', 64 * 1024 ** 2, 'How much.'),
  port: option.port.withDefault('PORT', 7480, 'Where.'),
  natsUrl: option.url('nats', 'tls').required('NATS_URL', 'Which server.'),
  token: option.secret.optional('TOKEN', 'Who.'),
  verbose: option.flag.withDefault('VERBOSE', false, 'Whether.'),
  level: option.choice('info', 'debug').withDefault('LEVEL', 'info', 'What.'),
};

const VALID = { NATS_URL: 'nats://127.0.0.1:4222' };

function problemsOf(env: Record<string, string>) {
  try {
    readConfig(options, { ...VALID, ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('expected the settings to be refused');
}

describe('readConfig', () => {
  it('takes defaults for unset and for empty variables', () => {
    const config = readConfig(options, { ...VALID, PORT: '', MEMORY: '  ' });
    expect(config).toEqual({
      lateness: 600_000,
      memory: 67_108_864,
      port: 7480,
      natsUrl: 'nats://127.0.0.1:4222',
      token: null,
      verbose: false,
      level: 'info',
    });
  });

  it.each([
    ['LATENESS', '250ms', 'lateness', 250],
    ['LATENESS', '1.5h', 'lateness', 5_400_000],
    ['LATENESS', '7d', 'lateness', 604_800_000],
    ['MEMORY', '64KB', 'memory', 65_536],
    ['MEMORY', '1.5gb', 'memory', 1_610_612_736],
    ['VERBOSE', 'Yes', 'verbose', true],
    ['VERBOSE', '0', 'verbose', false],
    ['LEVEL', 'DEBUG', 'level', 'debug'],
    ['TOKEN', 'correct-horse', 'token', 'correct-horse'],
    ['NATS_URL', 'nats://a:1,tls://b:2', 'natsUrl', 'nats://a:1,tls://b:2'],
  ])('reads %s=%s', (env, text, name, value) => {
    expect(readConfig(options, { ...VALID, [env]: text })[name as keyof typeof options]).toBe(value);
  });

  it.each([
    ['LATENESS', '600000', 'has no unit'],
    ['LATENESS', '10 minutes', 'unknown unit "minutes"'],
    ['LATENESS', '-5s', 'is not a number with a unit'],
    ['MEMORY', '12B', 'is below 1KB'],
    ['PORT', '65536', 'is above 65535'],
    ['PORT', '0x50', 'is not a whole number'],
    ['VERBOSE', 'maybe', 'is neither true nor false'],
    ['LEVEL', 'loud', 'one of info, debug'],
    ['NATS_URL', 'http://a:1', 'has the scheme "http"'],
    ['NATS_URL', 'nats://a:1,no address', 'is not an address'],
  ])('refuses %s=%s and says what is accepted', (env, text, message) => {
    const error = problemsOf({ [env]: text });
    expect(error.message).toContain(message);
    expect(error.message).toContain(env);
    expect(error.message).toContain(JSON.stringify(text));
    expect(error.message).toContain('accepted: ');
  });

  it('reports every problem at once', () => {
    const error = problemsOf({ PORT: 'x', LATENESS: 'y', NATS_URL: '' });
    expect(error.problems.map((problem) => problem.option)).toEqual(['lateness', 'port', 'natsUrl']);
    expect(error.message).toContain('natsUrl (NATS_URL): is required but not set');
  });

  it('prints no secret and no credentials', () => {
    const error = problemsOf({ TOKEN: 'sesame', NATS_URL: 'http://bob:hunter2@host:4222' });
    expect(error.message).not.toContain('sesame');
    expect(error.message).not.toContain('hunter2');
    expect(error.message).toContain('(hidden, 6 characters)');
    expect(error.message).toContain('http://***@host:4222');
  });
});

describe('describe', () => {
  it('gives a row for each option, whose default can be read back', () => {
    const rows = describeOptions(options);
    expect(rows.map((row) => [row.env, row.fallback])).toEqual([
      ['LATENESS', '10m'],
      ['MEMORY', '64MB'],
      ['PORT', '7480'],
      ['NATS_URL', 'required'],
      ['TOKEN', 'none'],
      ['VERBOSE', 'false'],
      ['LEVEL', 'info'],
    ]);
    const env = Object.fromEntries(
      rows.filter((r) => !['required', 'none'].includes(r.fallback)).map((r) => [r.env, r.fallback]),
    );
    expect(readConfig(options, { ...VALID, ...env })).toEqual(readConfig(options, VALID));
  });
});
