/** Fastify for ingest: bodies are left to the controller, and slow or broken senders are cut off. */
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Node looks for requests that take too long this often; its own default of 30 s would double a short timeout. */
const TIMEOUT_CHECK_MS = 1_000;

export interface IngestHttpSettings {
  /** How long a sender may take for a whole request, in milliseconds. */
  readonly requestTimeoutMs: number;
}

export class IngestHttpAdapter extends FastifyAdapter {
  constructor({ requestTimeoutMs }: IngestHttpSettings) {
    super({
      requestTimeout: requestTimeoutMs,
      http: {
        connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeoutMs),
        headersTimeout: requestTimeoutMs,
      },
      return503OnClosing: true,
      clientErrorHandler: refuseBrokenRequest,
      frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
        const code = error.code.toLowerCase().replaceAll('_', '-');
        void reply.code(error.statusCode ?? 400).send({ code, message: error.message });
      },
    });
  }

  /** No body is read before it was let in: the room for it is reserved first. */
  override registerParserMiddleware(): void {
    const fastify = this.getInstance<FastifyInstance>();
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  }
}

/** What is no HTTP, or takes too long, is told so and cut off. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const [status, code, message] = slow
    ? ['408 Request Timeout', 'request-timeout', 'the request did not come to its end in time']
    : error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'headers-too-large', 'the headers are too large']
      : ['400 Bad Request', 'malformed-request', 'this is not HTTP'];
  const body = JSON.stringify({ code, message });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
