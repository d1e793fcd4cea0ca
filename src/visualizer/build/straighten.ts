import type { Point } from '../protocol.ts'

/** A step aside that is no longer than this looks like a mistake. */
const SHORTEST = 5

/**
 * The same way without steps aside that nobody could see a reason for: lines come out of the layout as wide as a label
 * wants them. An end stays on its border, as it moves along that alone.
 */
export function straighten(points: readonly Point[]): Point[] {
  let way = withoutMiddles(points)
  for (let index = 0; index + 1 < way.length; index += 1) {
    const moved = way.length === 2 ? levelled(way) : stepTaken(way, index)
    if (!moved) continue
    way = withoutMiddles(moved)
    index = -1
  }
  return way
}

/** Two ends that face one another. */
function levelled([first, last]: readonly Point[]): Point[] | null {
  if (!first || !last || first.x === last.x || first.y === last.y) return null
  return Math.abs(first.x - last.x) < Math.abs(first.y - last.y)
    ? [first, { x: first.x, y: last.y }]
    : [first, { x: last.x, y: first.y }]
}

/** The line after a short step moves to where the one before it is; or that one to it, where the other is the last. */
function stepTaken(way: readonly Point[], index: number): Point[] | null {
  const [before, from, to, after] = [way[index - 1], way[index], way[index + 1], way[index + 2]]
  if (!before || !from || !to || !after) return null
  const across = from.y === to.y ? 'x' : 'y'
  const goesOn = before[across] === from[across] && to[across] === after[across]
  if (!goesOn || Math.abs(from[across] - to[across]) > SHORTEST) return null
  const isLast = index + 3 === way.length
  const [kept, moved] = isLast && index > 1 ? [to, [index - 1, index]] : [from, [index + 1, index + 2]]
  return way.map((point, place) => (moved.includes(place) ? { ...point, [across]: kept[across] } : point))
}

/** Points that only lie on the way between their neighbours say nothing. */
function withoutMiddles(points: readonly Point[]): Point[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (!before || !after) return true
    return !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y))
  })
}
