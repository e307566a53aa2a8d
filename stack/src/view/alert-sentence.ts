/** An alert as a person reads it. */
import type { AlertMessage, Severity } from '#contracts';
import type { Style } from './terminal.js';

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  low: 'cyan',
  medium: 'yellow',
  high: 'red',
  critical: ['bold', 'red'],
};

/** `styled` colours the severity. The age runs from the log's time stamp of the deciding event to `nowMs`. */
export function alertSentence(
  alert: AlertMessage,
  nowMs: number,
  styled: (style: Style, text: string) => string,
): string {
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const severity = styled(SEVERITY_STYLE[alert.severity], alert.severity.padEnd(8));
  const what = alert.kind === 'raised' ? alert.reason : `retracted, no longer so: ${alert.reason}`;
  const age = styled(
    'dim',
    `(${ageText(nowMs - alert.loggedAt)} after its event was stored, ${alert.rule.id})`,
  );
  return `${time}  ${severity}  ${sentence(alert.accountId, what)} ${age}`;
}

function sentence(accountId: string, what: string): string {
  return what.includes(accountId) ? what : `account ${accountId}: ${what}`;
}

/** Milliseconds; the clocks of two machines may differ, so it is never shown below 0. */
function ageText(ms: number): string {
  return `${Math.max(0, Math.round(ms)).toLocaleString('en')} ms`;
}
