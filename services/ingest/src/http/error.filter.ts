/** Turns whatever went wrong into JSON with a code and a message. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '#observability';
import { HttpRefusal, type RefusalBody } from './http-refusal.js';

/** The paths of this service and the methods that they take. */
const METHODS: Readonly<Record<string, string>> = {
  '/v1/events': 'POST',
  '/health/live': 'GET, HEAD',
  '/health/ready': 'GET, HEAD',
  '/metrics': 'GET, HEAD',
};

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    const answer = this.answerTo(error, http.getRequest<FastifyRequest>());
    void reply.code(answer.status).headers(answer.headers).send(answer.body);
  }

  private answerTo(error: unknown, request: FastifyRequest): Answer {
    if (error instanceof HttpRefusal) {
      return { status: error.getStatus(), headers: error.headers, body: error.getResponse() };
    }
    const status = statusOf(error);
    if (status === 404) return unknownRoute(request);
    if (status < 500) return answer(status, codeOf(error), (error as Error).message);
    // Health answers with a report of its own.
    if (error instanceof HttpException) return { status, headers: {}, body: error.getResponse() };
    this.logger.error({ err: error, url: request.url }, 'A request failed within the service');
    return answer(500, 'internal-error', 'the service failed at this request; its log says more');
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | string;
}

function answer(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { code, message } satisfies RefusalBody };
}

function unknownRoute({ method, url }: FastifyRequest): Answer {
  const path = url.split('?', 1)[0].replace(/(?<=.)\/+$/, '');
  const allow = METHODS[path];
  if (allow !== undefined && !allow.includes(method)) {
    return answer(405, 'method-not-allowed', `${method} ${path} is not allowed; use ${allow}`, { allow });
  }
  return answer(404, 'not-found', `there is no ${method} ${path}; events go to POST /v1/events`);
}

/** Nest's and Fastify's own errors carry the status in two ways. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 ? statusCode : 500;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code.toLowerCase().replaceAll('_', '-');
  return statusOf(error) === 415 ? 'unsupported-content-type' : 'bad-request';
}
