/** Reads a body of bounded size, inflated if need be, out of a bounded budget of bytes. */
import type { Readable } from 'node:stream';
import { gunzip } from 'node:zlib';
import type { Reservation } from './byte-budget.js';
import { HttpRefusal, retryLater } from './http-refusal.js';
import type { Compression } from './media-type.js';

/** The sender went away before its body was complete: there is nobody to answer. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export interface BodyPlan {
  readonly compression: Compression;
  /** Most bytes, as sent and inflated alike. */
  readonly maxBytes: number;
  /** Holds room for the bytes as sent already; is made to fit what the body turns out to be. */
  readonly reservation: Reservation;
  /** Stops the reading of a body that does not come to its end. */
  readonly signal: AbortSignal;
}

/** What is read on and dropped after a refusal, in multiples of the bound, so that the sender sees the answer. */
const DRAIN_FACTOR = 4;
const RETRY_AFTER_S = 1;

export async function readBody(source: Readable, plan: BodyPlan): Promise<Uint8Array> {
  const sent = await collect(source, plan);
  if (plan.compression === 'none') {
    plan.reservation.resize(sent.length);
    return sent;
  }
  if (sent.length === 0) return sent;
  const inflated = await inflate(sent, plan);
  plan.reservation.resize(inflated.length);
  return inflated;
}

function collect(source: Readable, { maxBytes, signal }: BodyPlan): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (finish: () => void) => {
      source.off('data', onData).off('end', onEnd).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      settle(() => reject(tooLarge(maxBytes)));
      drain(source, maxBytes * DRAIN_FACTOR);
    };
    const onEnd = () =>
      settle(() => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length)));
    const onClose = () => settle(() => reject(new ClientGoneError('the connection ended within the body')));
    const onAbort = () => {
      settle(() => reject(retryLater(503, 'stopping', 'the service is stopping', RETRY_AFTER_S)));
      drain(source, maxBytes);
    };
    source.on('data', onData).on('end', onEnd).on('close', onClose);
    // Errors of a connection are followed by its close; unheard they would end the process.
    source.on('error', () => undefined);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

/** Takes what still comes and drops it; ends the connection when it is too much. */
function drain(source: Readable, maxBytes: number): void {
  let left = maxBytes;
  source.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) source.destroy();
  });
}

/** Room is taken for the size that the gzip trailer states; where that proves wrong, for the most that is allowed. */
async function inflate(sent: Buffer, plan: BodyPlan): Promise<Uint8Array> {
  const stated = sent.length >= 18 ? sent.readUInt32LE(sent.length - 4) : 0;
  if (stated <= plan.maxBytes) {
    const inflated = await inflateWithin(sent, Math.max(stated, 1), plan);
    if (inflated !== null) return inflated;
  }
  const inflated = await inflateWithin(sent, plan.maxBytes, plan);
  if (inflated === null) throw tooLarge(plan.maxBytes);
  return inflated;
}

/** `null` when it is more than `maxBytes`. */
async function inflateWithin(sent: Buffer, maxBytes: number, plan: BodyPlan): Promise<Uint8Array | null> {
  if (!plan.reservation.resize(sent.length + maxBytes)) {
    throw retryLater(
      429,
      'too-many-bytes-in-flight',
      'other requests take all the room there is',
      RETRY_AFTER_S,
    );
  }
  return new Promise((resolve, reject) => {
    gunzip(sent, { maxOutputLength: maxBytes }, (error: NodeJS.ErrnoException | null, inflated) => {
      if (error === null) resolve(inflated);
      else if (error.code === 'ERR_BUFFER_TOO_LARGE') resolve(null);
      else reject(new HttpRefusal(400, 'malformed-gzip', `the body is not gzip: ${error.message}`));
    });
  });
}

function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(
    413,
    'body-too-large',
    `the body is larger than ${maxBytes} bytes; send it in parts`,
  );
}
