/**
 * Claims: who may write what one shard puts into a stream. A claim is the last message on `own.<stream>.<shard>`
 * of that very stream. Its holder makes each write conditional on the claim's sequence, so that the server itself
 * refuses whoever was superseded, however late that writer wakes up.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { AckedPublisher, type PublishOptions } from './acked-publisher.js';
import { LogUnavailableError } from './errors.js';
import { lastMessage } from './stream-state.js';

export interface Claim {
  /** Where the claim lies in its stream; the fence of every write under it. */
  readonly sequence: number;
  /** Grows with each change of the holder. */
  readonly revision: number;
  readonly owner: string;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly sequence: number }
  | { readonly kind: 'refused'; readonly holder: Claim };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Each round is lost only to another claimant's success, or to a server that is away. */
const MAX_ROUNDS = 20;

/** The claim that stands, or `null`. */
export async function readClaim(
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<Claim | null> {
  const message = await lastMessage(connection, stream, subject);
  if (message === null) return null;
  const body = parseClaim(message.data);
  return { sequence: message.sequence, ...body };
}

/**
 * Claims by compare-and-set. A lower revision never replaces a higher one, and an equal one only its own owner's
 * (which claims anew so as to fence off what it sent before). Throws `LogUnavailableError` when the server cannot
 * be made to answer.
 */
export async function claimOutput(
  connection: NatsConnection,
  stream: string,
  subject: string,
  revision: number,
  owner: string,
): Promise<ClaimOutcome> {
  const publisher = new AckedPublisher(connection);
  const body = encoder.encode(JSON.stringify({ revision, owner }));
  let problem = '';
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const holder = await readClaim(connection, stream, subject);
      if (holder && isAhead(holder, revision, owner)) return { kind: 'refused', holder };
      const expectLastSubjectSequence = holder?.sequence ?? 0;
      const outcome = await publisher.publish(subject, body, { expectLastSubjectSequence });
      if (outcome.kind === 'stored') return { kind: 'claimed', sequence: outcome.sequence };
      // A conflict means that somebody else's claim came first; what is unknown shows itself when read again.
      problem = outcome.message;
      if (outcome.kind !== 'conflict') await new Promise((resolve) => setTimeout(resolve, 100 * (round + 1)));
    }
  } finally {
    await publisher.close();
  }
  throw new LogUnavailableError(`${subject} in ${stream} could not be claimed: ${problem}`);
}

/** What a publish must carry so that it is stored only while the claim stands. */
export function fence(subject: string, sequence: number): Required<Pick<PublishOptions, 'expect'>> {
  return { expect: { lastSubjectSequence: sequence, lastSubjectSequenceSubject: subject } };
}

function isAhead(holder: Claim, revision: number, owner: string): boolean {
  return holder.revision > revision || (holder.revision === revision && holder.owner !== owner);
}

/** A claim that cannot be read counts as the oldest possible: nothing of ours wrote it. */
function parseClaim(data: Uint8Array): { revision: number; owner: string } {
  try {
    const { revision, owner } = JSON.parse(decoder.decode(data)) as { revision?: unknown; owner?: unknown };
    if (Number.isSafeInteger(revision) && typeof owner === 'string')
      return { revision: revision as number, owner };
  } catch {
    // Falls through to the same answer.
  }
  return { revision: 0, owner: '' };
}
