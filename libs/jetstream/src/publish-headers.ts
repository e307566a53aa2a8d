import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { PublishOptions } from './acked-publisher.js';

/** The headers by which JetStream takes message ids and expectations, beside the message's own. */
export function publishHeaders(options: PublishOptions): { headers?: MsgHdrs } {
  const { msgId, expect, expectLastSubjectSequence, headers: own } = options;
  if (
    msgId === undefined &&
    expect === undefined &&
    expectLastSubjectSequence === undefined &&
    own === undefined
  ) {
    return {};
  }
  const all = headers();
  if (own) for (const [name, value] of Object.entries(own)) all.set(name, value);
  if (msgId !== undefined) all.set('Nats-Msg-Id', msgId);
  if (expect) {
    all.set('Nats-Expected-Last-Subject-Sequence', String(expect.lastSubjectSequence));
    all.set('Nats-Expected-Last-Subject-Sequence-Subject', expect.lastSubjectSequenceSubject);
  } else if (expectLastSubjectSequence !== undefined) {
    all.set('Nats-Expected-Last-Subject-Sequence', String(expectLastSubjectSequence));
  }
  return { headers: all };
}
