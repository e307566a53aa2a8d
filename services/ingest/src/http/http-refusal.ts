/** A request that is answered with an error: always a status, a code for programs and a sentence for people. */
import { HttpException } from '@nestjs/common';

export interface RefusalBody {
  readonly code: string;
  readonly message: string;
}

export class HttpRefusal extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super({ code, message } satisfies RefusalBody, status);
  }
}

/** Worth trying again: after this many seconds. */
export function retryLater(
  status: 429 | 503,
  code: string,
  message: string,
  afterSeconds: number,
): HttpRefusal {
  return new HttpRefusal(status, code, message, { 'retry-after': String(afterSeconds) });
}
