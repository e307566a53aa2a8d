/** `vigil dead-letters`: input that was refused, with the reason and the bytes. */
import { decodeDeadLetter, deadLetterSubject, STREAMS, type DeadLetter } from '#contracts';
import { print, printJson, styled } from '../output/out.js';
import { readStream, startOf, withNats } from './stream-reading.js';

export interface DeadLettersOptions {
  readonly follow?: boolean;
  readonly since?: number;
  readonly reason?: string;
  readonly nats?: string;
  readonly json?: boolean;
}

const SHOWN_PAYLOAD = 120;

export async function deadLetters(options: DeadLettersOptions, signal: AbortSignal): Promise<void> {
  const since = options.since ?? (options.follow ? Date.now() : undefined);
  await withNats(options.nats, async (connection) => {
    const request = {
      stream: STREAMS.deadLetters,
      subjects: options.reason === undefined ? undefined : [deadLetterSubject(options.reason)],
      from: await startOf(connection, STREAMS.deadLetters, since),
      follow: options.follow === true,
    };
    await readStream(connection, request, signal, ({ data }) => {
      const letter = decodeDeadLetter(data);
      return options.json ? printJson(letterToJson(letter)) : print(letterLine(letter));
    });
  });
}

/** The payload as text where it is UTF-8, else in base64. */
export function letterToJson({ payload, receivedAt, ...rest }: DeadLetter): Record<string, unknown> {
  const text = textOf(payload);
  return {
    ...rest,
    receivedAt: new Date(receivedAt).toISOString(),
    ...(text === null ? { payloadBase64: Buffer.from(payload).toString('base64') } : { payload: text }),
  };
}

export function letterLine(letter: DeadLetter): string {
  const { kind, name, sequence, index } = letter.source;
  const place = sequence === null ? `item ${index}` : `${sequence}, item ${index}`;
  const shown = textOf(letter.payload) ?? `${letter.payload.length} bytes that are not text`;
  const payload = shown.length > SHOWN_PAYLOAD ? `${shown.slice(0, SHOWN_PAYLOAD)}…` : shown;
  const time = new Date(letter.receivedAt).toISOString();
  return `${time}  ${styled('yellow', letter.reason)}  ${letter.message}\n    from ${kind} ${name} (${place}): ${JSON.stringify(payload)}`;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
