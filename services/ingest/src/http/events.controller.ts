/** `POST /v1/events`. */
import { Controller, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogRoom } from '../log/log-room.js';
import { SubmissionService, type SubmissionReport } from '../submission/submission.service.js';
import { BearerGuard } from './bearer.guard.js';
import type { Reservation } from './byte-budget.js';
import { requireCompression, requireFormat } from './media-type.js';
import { ClientGoneError, readBody } from './read-body.js';
import { RequestGate } from './request-gate.js';
import { requireRoom, requireStored } from './log-refusals.js';
import { INGEST_CONFIG, type IngestConfig } from '../options.js';

@Controller('v1/events')
@UseGuards(BearerGuard)
export class EventsController {
  constructor(
    @Inject(RequestGate) private readonly gate: RequestGate,
    @Inject(LogRoom) private readonly room: LogRoom,
    @Inject(SubmissionService) private readonly submissions: SubmissionService,
    @Inject(INGEST_CONFIG) private readonly config: Pick<IngestConfig, 'maxBodyBytes'>,
  ) {}

  /** Answers once the log has stored the accepted events and the dead letters of the refused ones. */
  @Post()
  @HttpCode(202)
  async post(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubmissionReport | undefined> {
    const format = requireFormat(request.headers['content-type']);
    const compression = requireCompression(request.headers['content-encoding']);
    requireRoom(this.room);
    const reservation = this.gate.admit(request, compression);
    const leave = this.gate.enter();
    reply.raw.once('close', () => {
      reservation.letGo();
      leave();
    });
    try {
      const report = await this.handle(request, format, compression, reservation);
      reply.code(statusOf(report));
      return report;
    } catch (error) {
      if (!(error instanceof ClientGoneError)) throw error;
      return undefined;
    }
  }

  private async handle(
    request: FastifyRequest,
    format: ReturnType<typeof requireFormat>,
    compression: ReturnType<typeof requireCompression>,
    reservation: Reservation,
  ): Promise<SubmissionReport> {
    reservation.hold();
    try {
      const plan = { compression, maxBytes: this.config.maxBodyBytes, reservation, signal: this.gate.signal };
      const body = await readBody(request.raw, plan);
      return requireStored(await this.submissions.submit(body, format, request.ip));
    } finally {
      reservation.letGo();
    }
  }
}

function statusOf({ accepted, rejected }: SubmissionReport): number {
  if (accepted > 0 || rejected.length === 0) return 202;
  return rejected[0].code === 'too-many-items' ? 413 : 422;
}
