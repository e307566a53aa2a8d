/** Ten-thousandths as decimal text: as `formatAmount`, without a bigint where a number is exact. */
import { formatAmount } from '#contracts';

const SCALE = 10_000;

export function amountText(scaled: number): string {
  if (!Number.isSafeInteger(scaled)) return formatAmount(BigInt(scaled));
  const magnitude = Math.abs(scaled);
  const rest = magnitude % SCALE;
  const whole = (magnitude - rest) / SCALE;
  const text =
    rest === 0
      ? String(whole)
      : `${whole}.${String(rest + SCALE)
          .slice(1)
          .replace(/0+$/, '')}`;
  return scaled < 0 ? `-${text}` : text;
}
