/** Posts bodies to ingest until each is answered for good. Sending again is safe: what stands is what came last. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CliFailure, EXIT, unreachable } from './failure.js';

export interface IngestClientOptions {
  /** Without a path. */
  readonly url: string;
  readonly token: string | null;
  /** How long a body is tried again while ingest cannot take it, milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told when it has to wait, at most once for each reason in a row. */
  readonly onWait: (reason: string) => void;
}

export interface RejectedItem {
  readonly index: number;
  readonly code: string;
  readonly field: string | null;
  readonly value: string | null;
  readonly message: string;
}

export type Outcome =
  | { readonly kind: 'taken'; readonly accepted: number; readonly rejected: readonly RejectedItem[] }
  /** 413: the body has to be cut. */
  | { readonly kind: 'too-large'; readonly message: string };

type Attempt = Outcome | { readonly kind: 'later'; readonly reason: string; readonly waitMs: number };

const ANSWER_MS = 60_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export class IngestClient {
  private everAnswered = false;

  constructor(private readonly options: IngestClientOptions) {}

  /** Throws a `CliFailure` when ingest cannot be reached, refuses the token, or answers what it should not. */
  async post(body: Buffer, contentType: string): Promise<Outcome> {
    const deadline = Date.now() + this.options.patienceMs;
    let told = '';
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      const attempt = await this.attempt(body, contentType);
      if (attempt.kind !== 'later') return attempt;
      if (Date.now() > deadline) throw unreachable(`Gave up: ${attempt.reason}.`);
      if (attempt.reason !== told) this.options.onWait(attempt.reason);
      told = attempt.reason;
      await sleep(Math.max(attempt.waitMs, retryMs), undefined, { signal: this.options.signal });
    }
  }

  private async attempt(body: Buffer, contentType: string): Promise<Attempt> {
    const { url, token, signal } = this.options;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': contentType, ...(token !== null && { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw error;
      return this.unreachable(error as Error);
    }
    this.everAnswered = true;
    return this.read(response, text);
  }

  private unreachable(error: Error): Attempt {
    const cause = (error.cause as Error | undefined)?.message ?? error.message;
    const reason = `ingest at ${this.options.url} cannot be reached (${cause})`;
    if (this.everAnswered) return { kind: 'later', reason, waitMs: 0 };
    throw unreachable(`${sentence(reason)} Is Vigil running? Start it with \`npm start\`.`);
  }

  private read(response: Response, text: string): Attempt {
    const answer = parsed(text);
    const { status } = response;
    if (status === 202 || (status === 422 && Array.isArray(answer.rejected))) {
      return { kind: 'taken', accepted: Number(answer.accepted ?? 0), rejected: answer.rejected ?? [] };
    }
    const message = answer.message ?? text.slice(0, 300);
    if (status === 413) return { kind: 'too-large', message };
    if (status === 429 || status >= 500) {
      const waitMs = 1_000 * Number(response.headers.get('retry-after') ?? 0) || 0;
      return { kind: 'later', reason: `ingest answers ${status} (${message})`, waitMs };
    }
    if (status === 401) {
      throw new CliFailure(
        `Ingest refuses: ${message}. Name the token with --token or VIGIL_TOKEN.`,
        EXIT.usage,
      );
    }
    throw new CliFailure(`Ingest at ${this.options.url} answers ${status}: ${message}`, EXIT.usage);
  }
}

interface Answer {
  readonly accepted?: number;
  readonly rejected?: readonly RejectedItem[];
  readonly message?: string;
}

function parsed(text: string): Answer {
  try {
    return (JSON.parse(text) as Answer | null) ?? {};
  } catch {
    return {};
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
