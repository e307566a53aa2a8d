/** `vigil alerts`: what was raised and retracted, as stored, and as it comes. */
import { decodeAlert, encodeSubjectToken, STREAMS, type AlertMessage, type Severity } from '#contracts';
import { print, printJson, styled, type Style } from '../output/out.js';
import { readStream, startOf, withNats } from './stream-reading.js';

export interface AlertsOptions {
  readonly follow?: boolean;
  readonly since?: number;
  readonly rule?: string;
  readonly account?: string;
  readonly shadow?: boolean;
  readonly nats?: string;
  readonly json?: boolean;
}

const STYLES: Readonly<Record<Severity, Style>> = {
  low: 'cyan',
  medium: 'yellow',
  high: 'red',
  critical: ['bold', 'red'],
};

export async function alerts(options: AlertsOptions, signal: AbortSignal): Promise<void> {
  // Following without a past begins now; listing without one begins with the oldest.
  const since = options.since ?? (options.follow ? Date.now() : undefined);
  await withNats(options.nats, async (connection) => {
    const request = {
      stream: STREAMS.alerts,
      subjects: subjectsOf(options),
      from: await startOf(connection, STREAMS.alerts, since),
      follow: options.follow === true,
    };
    await readStream(connection, request, signal, ({ data }) => {
      const alert = decodeAlert(data);
      return options.json ? printJson(alert) : print(alertLine(alert));
    });
  });
}

/** The subjects of the alerts that are asked for. */
export function subjectsOf({ rule, account, shadow }: AlertsOptions): string[] {
  const ruleToken = rule === undefined ? '*' : encodeSubjectToken(rule);
  const accountToken = account === undefined ? '*' : encodeSubjectToken(account);
  const kinds = shadow ? ['alerts', 'shadow'] : ['alerts'];
  return kinds.map((kind) => `${kind}.${ruleToken}.${accountToken}`);
}

/** One line: when it was decided, how severe, which account, why. */
export function alertLine(alert: AlertMessage): string {
  const severity = styled(STYLES[alert.severity], alert.severity.padEnd(8));
  const kind = alert.kind === 'raised' ? 'raised   ' : 'retracted';
  const shadow = alert.shadow ? ' (shadow)' : '';
  const time = new Date(alert.detectedAt).toISOString();
  const which = styled('dim', `(${alert.rule.id} v${alert.rule.version}${shadow})`);
  return `${time}  ${severity}  ${kind}  account ${alert.accountId}: ${alert.reason} ${which}`;
}
