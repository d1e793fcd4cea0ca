/**
 * The pause that a Retry-After header asks for, in milliseconds: whole seconds, from 1 to an hour.
 *
 * @param fallback without a number of seconds in the header
 */
export function retryAfterMs(header: string | null, fallback: number): number {
  if (header === null || !/^\d{1,12}$/.test(header.trim())) return fallback
  return Math.min(Math.max(Number(header), 1), 3_600) * 1_000
}
