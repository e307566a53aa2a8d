/** Lets in who knows the token; everybody when none is set. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { INGEST_CONFIG, type IngestConfig } from '../options.js';
import { HttpRefusal } from './http-refusal.js';

@Injectable()
export class BearerGuard implements CanActivate {
  private readonly digest: Buffer | null;

  constructor(@Inject(INGEST_CONFIG) { token }: Pick<IngestConfig, 'token'>) {
    this.digest = token === null ? null : digestOf(token);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.digest === null) return true;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    // Digests are compared, so that neither the token's length nor its beginning shows in the time it takes.
    if (given !== undefined && timingSafeEqual(digestOf(given), this.digest)) return true;
    const message =
      given === undefined ? 'Authorization: Bearer <token> is missing' : 'the bearer token is wrong';
    throw new HttpRefusal(401, 'unauthorized', message, { 'www-authenticate': 'Bearer realm="vigil"' });
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
