/**
 * What an event costs ingest and the server, by way of entry.
 *
 *   node dist/services/ingest/bench/cpu-per-event.js [seconds = 5] [events a request = 500]
 *
 * The built ingest runs as a process of its own against a nats-server that syncs every write; this process only
 * sends what it has made beforehand. CPU is read from /proc, so this runs on Linux.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { STREAMS } from '#contracts';
import { freePort } from '#embedded';
import { streamState } from '#jetstream';
import { ServiceProcess, startTestNats } from '#testing';
import { toCsvLine, TrafficGenerator } from '#traffic';

const SECONDS = Number(process.argv[2] ?? 5);
const PER_REQUEST = Number(process.argv[3] ?? 500);
const SENDERS = 4;
const BODIES = 200;
const TICKS_PER_SECOND = 100;

interface Way {
  readonly name: string;
  readonly contentType: string;
  readonly perBody: number;
  readonly write: (events: ReturnType<TrafficGenerator['next']>[]) => string;
}

const json = (events: ReturnType<TrafficGenerator['next']>[]): string =>
  events.map((event) => JSON.stringify(event)).join('\n');
const csv = (events: ReturnType<TrafficGenerator['next']>[]): string => events.map(toCsvLine).join('\n');

const WAYS: readonly Way[] = [
  { name: 'HTTP, JSON lines', contentType: 'application/x-ndjson', perBody: PER_REQUEST, write: json },
  { name: 'HTTP, CSV', contentType: 'text/csv', perBody: PER_REQUEST, write: csv },
  { name: 'HTTP, one JSON event', contentType: 'application/json', perBody: 1, write: json },
];

/** Seconds of CPU that the process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function bodiesOf({ perBody, write }: Way): Buffer[] {
  const traffic = new TrafficGenerator({ seed: 1, accounts: 10_000 });
  const now = Date.now();
  const bodies = Math.max(BODIES, Math.ceil(BODIES / perBody));
  return Array.from({ length: bodies }, () =>
    Buffer.from(write(Array.from({ length: perBody }, () => traffic.next(now)))),
  );
}

function post(url: string, agent: Agent, contentType: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': body.length };
    const sending = request(`${url}/v1/events`, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () =>
          response.statusCode === 202 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
        );
    });
    sending.on('error', reject).end(body);
  });
}

async function drive(url: string, way: Way): Promise<{ events: number; latencies: number[] }> {
  const bodies = bodiesOf(way);
  const senders = way.perBody === 1 ? SENDERS * 8 : SENDERS;
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const until = performance.now() + SECONDS * 1000;
  const latencies: number[] = [];
  let events = 0;
  await Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      for (let i = sender; performance.now() < until; i += senders) {
        const startedAt = performance.now();
        await post(url, agent, way.contentType, bodies[i % bodies.length]);
        latencies.push(performance.now() - startedAt);
        events += way.perBody;
      }
    }),
  );
  agent.destroy();
  return { events, latencies: latencies.sort((a, b) => a - b) };
}

function report(name: string, events: number, seconds: number, ingestCpu: number, serverCpu: number): void {
  const perEvent = (cpu: number): string => ((cpu / events) * 1e6).toFixed(2).padStart(7);
  const rate = Math.round(events / seconds)
    .toLocaleString('en')
    .padStart(9);
  console.log(
    `${name.padEnd(24)} ${rate} events/s   ingest ${perEvent(ingestCpu)} µs   server ${perEvent(serverCpu)} µs`,
  );
}

async function main(): Promise<void> {
  const logDir = mkdtempSync(join(tmpdir(), 'ingest-bench-'));
  const nats = await startTestNats();
  const env = { NATS_URL: nats.url, VIGIL_RULES_WAIT: '0ms' };
  const ingest = new ServiceProcess({ name: 'ingest', port: await freePort(), env, logDir });
  ingest.start();
  await ingest.ready();
  const connection = await connect({ servers: nats.url });
  try {
    for (const way of WAYS) {
      const before = [cpuSeconds(ingest.pid), cpuSeconds(nats.pid), performance.now()];
      const { events, latencies } = await drive(ingest.url, way);
      const seconds = (performance.now() - before[2]) / 1000;
      report(way.name, events, seconds, cpuSeconds(ingest.pid) - before[0], cpuSeconds(nats.pid) - before[1]);
      const at = (share: number): string => latencies[Math.floor(latencies.length * share)].toFixed(1);
      console.log(
        `${''.padEnd(24)} answered within ${at(0.5)} ms (p50), ${at(0.99)} ms (p99), ${latencies.length} requests`,
      );
    }
    await forwardIntake();
  } finally {
    await connection.close();
    await ingest.stop();
    await nats.stop();
    rmSync(logDir, { recursive: true });
  }

  /** Messages of one batch each are published while nobody forwards; then the forwarding alone is measured. */
  async function forwardIntake(): Promise<void> {
    await ingest.end('SIGTERM');
    const bodies = bodiesOf({ ...WAYS[0], perBody: PER_REQUEST });
    for (const body of bodies) await jetstream(connection).publish('intake.bench', body);
    ingest.start();
    const startedAt = performance.now();
    while ((await streamState(connection, STREAMS.intake)).messages > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const events = bodies.length * PER_REQUEST;
    console.log(`intake, start included: ${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s`);
    report('intake, JSON lines', events, seconds, cpuSeconds(ingest.pid), 0);
  }
}

await main();
