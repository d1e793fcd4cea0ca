/** About so many round numbers from 0 to `top`. */
export function roundTicks(top: number, about: number): number[] {
  const rough = top / Math.max(1, about)
  if (!(rough > 0)) return [0]
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((one) => one * size >= rough) ?? 10) * size
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((count) => count * HOUR),
]

/** At most so many round local times. Milliseconds since 1970. */
export function timeTicks(from: number, to: number, most: number): { at: number; text: string }[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? to - from
  if (!(step > 0)) return []
  const offset = new Date(from).getTimezoneOffset() * MINUTE
  const first = Math.ceil((from - offset) / step) * step + offset
  const ticks: { at: number; text: string }[] = []
  for (let at = first; at <= to; at += step) ticks.push({ at, text: textOf(at, step) })
  return ticks
}

function textOf(at: number, step: number): string {
  const date = new Date(at)
  if (step >= 24 * HOUR) return `${date.getDate()}.${date.getMonth() + 1}.`
  return date.toTimeString().slice(0, step < MINUTE ? 8 : 5)
}
