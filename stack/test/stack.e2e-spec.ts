/** `npm start` as its user sees it: one data directory through starts, deaths, stops and commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort, removePostgresData } from '#embedded';
import { processesOf, RunningStack, until, vigil } from './running-stack.js';

import.meta.jest.setTimeout(180_000);

let directory: string;
let ports: Record<string, string>;
let stack: RunningStack;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'vigil stack '));
  ports = {};
  for (const part of ['HTTP', 'DETECTOR', 'RECORDER', 'NATS', 'POSTGRES']) {
    ports[`VIGIL_${part}_PORT`] = String(await freePort());
  }
});

afterAll(async () => {
  if (stack.child.exitCode === null && stack.child.signalCode === null) await stack.end('SIGTERM');
  removePostgresData(path.join(directory, 'postgres'));
  rmSync(directory, { recursive: true, force: true });
});

async function rowsOf(account: string): Promise<number> {
  const client = new pg.Client({ connectionString: stack.addresses.postgres });
  await client.connect();
  try {
    const found = await client.query('SELECT count(*) AS n FROM account_event WHERE account_id = $1', [
      account,
    ]);
    return Number((found.rows[0] as { n: string }).n);
  } finally {
    await client.end();
  }
}

describe('the first start', () => {
  it('brings everything up and says where it is', async () => {
    stack = RunningStack.start(directory, ['--rate', '20'], ports);
    const addresses = await stack.running();
    expect(addresses).toMatchObject({
      ingest: `http://127.0.0.1:${ports.VIGIL_HTTP_PORT}`,
      nats: `nats://127.0.0.1:${ports.VIGIL_NATS_PORT}`,
    });
    await stack.prints(addresses.postgres);
    expect((await fetch(`${addresses.ingest}/health/ready`)).status).toBe(200);
  });

  it('shows the alert of the sample lines with its age, and raises no other for them', async () => {
    await stack.prints(/account 9726\b.*\d+ ms after its event was stored/i);
    await until(
      async () => (await rowsOf('9731')) === 3,
      () => 'the sample lines have no rows',
    );
    const { out } = await vigil(directory, ['alerts', '--json']);
    const accounts = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { accountId: string });
    expect(accounts.map(({ accountId }) => accountId).filter((id) => /^97\d\d$/.test(id))).toEqual(['9726']);
  });

  it('prints how it is doing', async () => {
    await stack.prints(/\d+ events\/s · \d+ alerts?.* · [\d,]+ rows · behind: detector \d+, recorder \d+/);
  });

  it('refuses a second one in the same place, and goes on', async () => {
    const second = RunningStack.start(directory, [], ports);
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`Vigil already runs here (process ${stack.child.pid}`);
    expect((await fetch(`${stack.addresses.ingest}/health/ready`)).status).toBe(200);
  });
});

describe('the command, while it runs', () => {
  it('sends events and lists those that were refused', async () => {
    const lines = 'e-1,cli-1,login,NL,1700000000\nhello,world\n\ne-2,cli-1,login,FR,1700000001\n';
    const { code, out, err } = await vigil(directory, ['send'], lines);
    expect(err).toMatch(/^line 2: /m);
    expect(out).toBe('2 accepted, 1 refused\n');
    expect(code).toBe(1);
    const found = await vigil(directory, ['dead-letters', '--json']);
    expect(found.out).toContain('"payload":"hello,world"');
  });

  it('sends a file of large JSON numbers without rounding them', async () => {
    const file = path.join(directory, 'events.json');
    const event =
      '{"eventId":"big-1","accountId":12345678901234567890,\n"eventType":"view","eventTime":1700000000}';
    writeFileSync(file, `[${event}]`);
    expect(await vigil(directory, ['send', file, '--json'])).toMatchObject({
      code: 0,
      out: '{"accepted":1,"refused":0,"rejected":[]}\n',
    });
    const { out } = await vigil(directory, ['log', '--account', '12345678901234567890']);
    expect(JSON.parse(out)).toMatchObject({ event: { eventId: 'big-1', accountId: '12345678901234567890' } });
  });

  it('shows rules and status', async () => {
    const rules = await vigil(directory, ['rules', 'list', '--json']);
    const ids = (JSON.parse(rules.out) as { rule: { id: string } }[]).map(({ rule }) => rule.id);
    expect(ids).toEqual(['many-countries', 'multi-country-login', 'payer-beneficiary-week', 'velocity-60s']);
    const status = await vigil(directory, ['status', '--json']);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({
      services: { ingest: { ready: true }, detector: { ready: true }, recorder: { ready: true } },
      nats: { reachable: true },
    });
  });

  it('does not reset what runs', async () => {
    const { code, err } = await vigil(directory, ['reset', '--yes']);
    expect(code).toBe(1);
    expect(err).toContain('Vigil is running');
  });
});

describe('a part that dies', () => {
  it.each(['ingest', 'detector', 'recorder'])('%s is started again', async (service) => {
    const from = stack.output.length;
    process.kill(stack.pidOf(service), 'SIGKILL');
    await stack.prints(`${service} was ended by SIGKILL; starting it again`, from);
    await stack.prints(`${service} is ready again`, from);
  });

  it('nats-server is started again, and events are taken again', async () => {
    const from = stack.output.length;
    const [nats] = processesOf(directory, []);
    process.kill(nats, 'SIGKILL');
    await stack.prints('nats-server is ready again', from);
    const sent = await vigil(directory, ['send'], 'e-9,cli-2,login,NL,1700000000\n');
    expect(sent.out).toBe('1 accepted, 0 refused\n');
  });
});

describe('a stop and the start after it', () => {
  it('ends with 0 and leaves no process and no addresses', async () => {
    const { services } = stack;
    expect(await stack.end('SIGTERM')).toBe(0);
    expect(processesOf(directory, services)).toEqual([]);
    expect(() => stack.addresses).toThrow('ENOENT');
    expect((await vigil(directory, ['send'], 'x')).code).toBe(3);
  });

  it('keeps data and ports, and sends nothing with --no-demo', async () => {
    stack = RunningStack.start(directory, ['--no-demo'], {});
    const addresses = await stack.running();
    expect(addresses.ingest).toBe(`http://127.0.0.1:${ports.VIGIL_HTTP_PORT}`);
    expect(await rowsOf('9726')).toBe(2);
    await stack.prints('0 events/s');
  });
});

describe('a supervisor that is killed', () => {
  it('takes its services and servers with it', async () => {
    const { services } = stack;
    const before = processesOf(directory, services);
    expect(before).toHaveLength(5);
    await stack.end('SIGKILL');
    await until(
      () => processesOf(directory, services).length === 0,
      () => `still running: ${processesOf(directory, services).join(', ')}`,
    );
  });

  it('does not keep the next one from starting, on other ports where its own are taken', async () => {
    const holder: Server = createServer().listen(Number(ports.VIGIL_HTTP_PORT), '127.0.0.1');
    try {
      stack = RunningStack.start(directory, ['--no-demo'], {});
      const { ingest } = await stack.running();
      expect(ingest).not.toBe(`http://127.0.0.1:${ports.VIGIL_HTTP_PORT}`);
      expect((await fetch(`${ingest}/health/ready`)).status).toBe(200);
      expect(await stack.end('SIGINT')).toBe(0);
    } finally {
      holder.close();
    }
  });
});

describe('after the last stop', () => {
  it('reset removes the data, when told to without asking', async () => {
    expect((await vigil(directory, ['reset'])).code).toBe(2);
    expect((await vigil(directory, ['reset', '--yes'])).code).toBe(0);
    stack = RunningStack.start(directory, ['--no-demo'], ports);
    await stack.running();
    expect(await rowsOf('9726')).toBe(0);
    expect(await stack.end('SIGTERM')).toBe(0);
  });
});
