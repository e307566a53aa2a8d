import { pino } from 'pino';
import { readConfig } from '#config';
import { RunningService } from '#observability';
import { buildDetector } from '../src/detector-service.js';
import { detectorOptions } from '../src/options.js';
import { eventually, SHARDS } from './log-writer.js';

const logger = pino({ enabled: false });

/** A detector in the test's own process. */
export class DetectorUnderTest {
  private constructor(private readonly service: RunningService) {}

  /** Resolves when HTTP answers; the shards are claimed and restored after that. */
  static async open(natsUrl: string, env: Record<string, string> = {}): Promise<DetectorUnderTest> {
    const config = readConfig(detectorOptions, { NATS_URL: natsUrl, VIGIL_SHARDS: String(SHARDS), ...env });
    const http = { httpHost: '127.0.0.1', httpPort: 0 };
    return new DetectorUnderTest(await RunningService.open(buildDetector({ config, logger }), http, logger));
  }

  static async ready(natsUrl: string, env: Record<string, string> = {}): Promise<DetectorUnderTest> {
    const detector = await DetectorUnderTest.open(natsUrl, env);
    await detector.service.started;
    await eventually(
      () => detector.readiness(),
      ({ code }) => code === 200,
    );
    return detector;
  }

  get started(): Promise<void> {
    return this.service.started;
  }

  async readiness(): Promise<{ code: number; text: string }> {
    const response = await fetch(`${this.service.url}/health/ready`);
    return { code: response.status, text: await response.text() };
  }

  /** The value of the series that begins with `series`; 0 when there is none. */
  async metric(series: string): Promise<number> {
    return metricOf(await (await fetch(`${this.service.url}/metrics`)).text(), series);
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}

/** Sum of all series of that name and those labels in a Prometheus page. */
export function metricOf(page: string, series: string): number {
  const [name, labels = ''] = series.split('{');
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(labels.replace('}', '')))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
