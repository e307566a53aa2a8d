import { Controller, Get, Header, HttpCode, HttpException, Inject } from '@nestjs/common';
import { HealthRegistry, type HealthReport } from './health.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(HealthRegistry) private readonly health: HealthRegistry) {}

  /** The process answers; says nothing about what it depends on, so that nothing restarts it in vain. */
  @Get('live')
  @HttpCode(200)
  live(): { status: 'live'; service: string; phase: string } {
    return { status: 'live', service: this.health.service, phase: this.health.phase };
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(): Promise<HealthReport> {
    const report = await this.health.report();
    if (report.status !== 'ready') throw new HttpException(report, 503);
    return report;
  }
}
