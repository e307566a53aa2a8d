/**
 * A new log holds no rules until a detector has imported them, and an event is judged for good by the rules that lie
 * before it in the log. So ingest opens only when there are some, or when none have come for a while.
 */
import { STREAMS } from '#contracts';
import { lastMessage, type NatsConnection } from '#jetstream';
import type { Logger } from '#observability';

const LOOK_AGAIN_MS = 100;

export async function holdsRules(connection: NatsConnection): Promise<boolean> {
  return (await lastMessage(connection, STREAMS.events, 'rules.>')) !== null;
}

/** Resolves when `present` says so, when `waitMs` have passed, or when the start is aborted. */
export async function rulesInLog(
  present: () => Promise<boolean>,
  waitMs: number,
  logger: Pick<Logger, 'info' | 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + waitMs;
  for (let told = false; !signal.aborted;) {
    if (await present().catch(() => false)) return;
    if (Date.now() >= until) break;
    if (!told) logger.info('The log holds no rules yet; waiting for a detector to import them');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  if (!signal.aborted) {
    logger.warn(
      { waitedMs: waitMs },
      'The log holds no rules: events are stored, and none is judged until there are some',
    );
  }
}
