/** Shows alerts as they are published, and counts them. */
import { decodeAlert } from '#contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { alertSentence } from './alert-sentence.js';
import type { Terminal } from './terminal.js';

/** More than this a second is not read by anybody; the rest is counted in one line. */
const MOST_LINES_A_SECOND = 20;

export class AlertFeed {
  raised = 0;
  retracted = 0;
  private shownInSecond = 0;
  private unshown = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    connection: NatsConnection,
    private readonly terminal: Terminal,
  ) {
    connection.subscribe('alerts.>', {
      callback: (error, message) => {
        if (error === null) this.take(message.data);
      },
    });
    this.timer = setInterval(() => this.nextSecond(), 1_000);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private take(body: Uint8Array): void {
    const now = Date.now();
    const alert = decodeOrNull(body);
    // Whoever publishes on these subjects may publish anything.
    if (alert === null) return;
    if (alert.kind === 'raised') this.raised += 1;
    else this.retracted += 1;
    this.shownInSecond += 1;
    if (this.shownInSecond > MOST_LINES_A_SECOND) this.unshown += 1;
    else this.terminal.line(alertSentence(alert, now, (style, text) => this.terminal.styled(style, text)));
  }

  private nextSecond(): void {
    if (this.unshown > 0) this.terminal.line(`          and ${this.unshown} more alerts within a second`);
    this.unshown = 0;
    this.shownInSecond = 0;
  }
}

function decodeOrNull(body: Uint8Array): ReturnType<typeof decodeAlert> | null {
  try {
    return decodeAlert(body);
  } catch {
    return null;
  }
}
