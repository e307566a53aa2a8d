import { randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type ClaimedStream, claimSubject, STREAMS } from '#contracts';
import type { Ownership, Tenure } from '#sharding';
import { readClaim } from '../claims.js';
import type { NatsConnection } from '../connection.js';

/** Revisions of one millisecond are told apart by chance; 2^53 lasts for 270 years of this. */
const REVISIONS_PER_MS = 1024;

const CLAIMED: readonly ClaimedStream[] = ['alerts', 'late'];

/**
 * Every process that starts takes every shard: its revision is above that of each claim it finds. Two that start at
 * once have different revisions, the same for all shards, so that one of them ends up with all.
 */
export class LatestStartOwnership implements Ownership {
  readonly owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly revision = Date.now() * REVISIONS_PER_MS + randomInt(REVISIONS_PER_MS);

  constructor(private readonly connection: NatsConnection) {}

  async tenure(shard: number): Promise<Tenure> {
    const claims = await Promise.all(
      CLAIMED.map((stream) => readClaim(this.connection, STREAMS[stream], claimSubject(stream, shard))),
    );
    // A machine whose clock went back still comes after its predecessor.
    const highest = Math.max(0, ...claims.map((claim) => claim?.revision ?? 0));
    return { owner: this.owner, revision: Math.max(this.revision, highest + 1) };
  }
}
