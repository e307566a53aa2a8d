/**
 * The load, a process of its own: sends bodies at a steady rate over a few keep-alive connections, and
 * reports once a second what was taken. It never runs ahead of the schedule and does not hide being behind it.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Mix } from './mix.js';

export interface LoadOrder {
  readonly url: string;
  readonly rate: number;
  readonly seconds: number;
  readonly batch: number;
  readonly accounts: number;
  readonly seed: number;
}

export interface LoadResult {
  readonly sent: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds from the request to the 202, sorted. */
  readonly answerMs: number[];
  readonly elapsedSeconds: number;
}

const CONNECTIONS = 16;

async function run(order: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const mix = new Mix(order.seed, order.accounts);
  const target = new URL('/v1/events', order.url);
  const result = { sent: 0, refused: 0, failed: 0, answerMs: [] as number[] };
  const start = performance.now();
  const inFlight = new Set<Promise<void>>();
  let scheduled = 0;
  for (;;) {
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed >= order.seconds) break;
    while (scheduled < elapsed * order.rate && inFlight.size < CONNECTIONS) {
      const began = performance.now();
      const sending = post(agent, target, mix.body(order.batch, Date.now())).then((status) => {
        if (status === 202) {
          result.sent += order.batch;
          result.answerMs.push(performance.now() - began);
        } else if (status === 429 || status === 503) result.refused += order.batch;
        else result.failed += order.batch;
        inFlight.delete(sending);
      });
      inFlight.add(sending);
      scheduled += order.batch;
    }
    if (inFlight.size >= CONNECTIONS) await Promise.race(inFlight);
    else await sleep(1);
  }
  await Promise.all(inFlight);
  agent.destroy();
  result.answerMs.sort((a, b) => a - b);
  return { ...result, elapsedSeconds: (performance.now() - start) / 1000 };
}

function post(agent: Agent, target: URL, body: string): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(
      target,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.on('error', () => resolve(0));
    sending.end(body);
  });
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => {
    process.send?.(result, () => process.disconnect());
  });
});
