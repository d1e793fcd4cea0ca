import type { Point } from '../../protocol.ts'

/**
 * A line in steps: each value holds until the next. Several values in one half pixel become a stroke from the lowest to the
 * highest, so that a long history needs no more points than its width.
 */
export function stepPath(points: readonly Point[], width: number): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${round(first.x)} ${round(first.y)}`
  let here: { x: number; low: number; high: number; last: number } | null = null
  for (const { x, y } of rest) {
    const place = Math.round(x * 2) / 2
    if (here && here.x === place) {
      here = { x: place, low: Math.min(here.low, y), high: Math.max(here.high, y), last: y }
      continue
    }
    path += strokeOf(here)
    here = { x: place, low: y, high: y, last: y }
  }
  return `${path}${strokeOf(here)}H${width}`
}

function strokeOf(stroke: { x: number; low: number; high: number; last: number } | null): string {
  if (!stroke) return ''
  const { x, low, high, last } = stroke
  return low === high ? `H${x}V${round(last)}` : `H${x}V${round(low)}V${round(high)}V${round(last)}`
}

const round = (value: number): number => Math.round(value * 10) / 10
