import { shardOf } from '#contracts';
import type { ShardFold } from '#engine';
import {
  DEFAULT_HOST_SETTINGS,
  type DeadLetterBox,
  type HostObserver,
  type HostSettings,
  type Journal,
  type SetAside,
  ShardHost,
} from '../src/index.js';
import { FakeFold } from './fake-fold.js';
import { FakeLog, SHARDS } from './fake-log.js';
import { FakeOutput } from './fake-output.js';
import { FakeTime } from './fake-time.js';

/** Dead letters in memory. */
export class FakeDeadLetters implements DeadLetterBox {
  readonly letters: SetAside[] = [];
  answer: 'stored' | 'not-stored' = 'stored';

  async lastPlace(reason: string): Promise<number> {
    const last = this.letters.filter((letter) => letter.reason === reason).at(-1);
    return last === undefined ? -1 : last.sequence * 4096 + last.index;
  }

  async put(letter: SetAside): Promise<'stored' | 'not-stored'> {
    if (this.answer === 'stored') this.letters.push(letter);
    return this.answer;
  }
}

/** Counts what a host told its observer. */
export interface Seen {
  suppressed: number;
  decided: number;
  orphans: number;
  retracted: number;
  latencies: number[];
  failures: string[];
  fenced: number[];
}

/** Everything that outlives a process: the log, the outputs, the dead letters; and hosts that come and go. */
export class World {
  readonly log = new FakeLog();
  readonly alerts = new FakeOutput('alerts');
  readonly late = new FakeOutput('late');
  readonly deadLetters = new FakeDeadLetters();
  readonly time = new FakeTime();
  readonly journal: string[] = [];
  readonly shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  private revisions = 0;

  host(
    settings: Partial<HostSettings> = {},
    createFold: (shard: number) => ShardFold = (shard) => new FakeFold(shard),
  ): { host: ShardHost; seen: Seen } {
    const seen: Seen = {
      suppressed: 0,
      decided: 0,
      orphans: 0,
      retracted: 0,
      latencies: [],
      failures: [],
      fenced: [],
    };
    const revision = ++this.revisions;
    const tenure = { owner: `host-${revision}`, revision };
    const host = new ShardHost(
      { shardCount: SHARDS, shards: this.shards, ...DEFAULT_HOST_SETTINGS, ...settings },
      {
        log: this.log,
        alerts: this.alerts,
        late: this.late,
        ownership: { tenure: async () => tenure },
        deadLetters: this.deadLetters,
        time: this.time,
        journal: this.fakeJournal(),
        observer: observe(seen, this.time),
        createFold,
      },
    );
    return { host, seen };
  }

  private fakeJournal(): Journal {
    const write = (_detail: object, message: string) => void this.journal.push(message);
    return { info: write, warn: write, error: write };
  }
}

function observe(seen: Seen, time: FakeTime): HostObserver {
  return {
    phaseChanged: () => undefined,
    alertDecided: () => void (seen.decided += 1),
    lateDecided: () => void (seen.decided += 1),
    suppressed: () => void (seen.suppressed += 1),
    stored: (_output, loggedAt, _receivedAt, live) => {
      if (live) seen.latencies.push(time.wallMs() - loggedAt);
    },
    attemptFailed: (output, kind) => void seen.failures.push(`${output}: ${kind}`),
    orphansFound: (_output, orphans, retracted) => {
      seen.orphans += orphans;
      seen.retracted += retracted;
    },
    fenced: (shard) => void seen.fenced.push(shard),
    folded: () => undefined,
    setAside: () => undefined,
  };
}

/** An account of the given shard. */
export function accountIn(shard: number, n = 0): string {
  for (let i = 0, found = 0; ; i++) {
    if (shardOf(`account-${i}`, SHARDS) === shard && found++ === n) return `account-${i}`;
  }
}
