import type { Point } from '../../protocol.ts'

const CORNER = 7
const HEAD = { length: 7, half: 3.4 }

/** A line through all points with rounded corners. It ends where the arrow head begins. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = shorten(points)
  if (!first) return ''
  const parts = [`M${at(first)}`]
  for (const [index, point] of rest.entries()) {
    const [before, after] = [index === 0 ? first : rest[index - 1], rest[index + 1]]
    if (!before || !after) {
      parts.push(`L${at(point)}`)
      continue
    }
    const reach = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2)
    parts.push(`L${at(towards(point, before, reach))}Q${at(point)} ${at(towards(point, after, reach))}`)
  }
  return parts.join('')
}

/** The triangle at the end of the line. */
export function arrowHead(points: readonly Point[]): string {
  const [tip, from] = [points.at(-1), points.at(-2)]
  if (!tip || !from) return ''
  const foot = towards(tip, from, HEAD.length)
  const span = distance(tip, from) || 1
  const [acrossX, acrossY] = [((tip.y - from.y) / span) * HEAD.half, ((tip.x - from.x) / span) * HEAD.half]
  const [left, right] = [
    { x: foot.x + acrossX, y: foot.y - acrossY },
    { x: foot.x - acrossX, y: foot.y + acrossY },
  ]
  return `M${at(tip)}L${at(left)}L${at(right)}Z`
}

function shorten(points: readonly Point[]): Point[] {
  const [tip, from] = [points.at(-1), points.at(-2)]
  if (!tip || !from) return [...points]
  return [...points.slice(0, -1), towards(tip, from, Math.min(HEAD.length - 1, distance(tip, from) / 2))]
}

function towards(from: Point, to: Point, reach: number): Point {
  const span = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) * reach) / span, y: from.y + ((to.y - from.y) * reach) / span }
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`

const round = (value: number): number => Math.round(value * 10) / 10
