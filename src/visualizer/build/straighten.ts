import type { Point } from '../protocol.ts'

/** Shorter steps in a line look like a mistake. In pixels. */
const SHORTEST = 5

/**
 * Removes short steps from a line: the layout moves lines aside to make room for labels. An end moves only along the border
 * on which it lies.
 */
export function straighten(points: readonly Point[]): Point[] {
  let way = withoutMiddles(points)
  for (let index = 0; index + 1 < way.length; index += 1) {
    const moved = way.length === 2 ? alignEnds(way) : removeStep(way, index)
    if (!moved) continue
    way = withoutMiddles(moved)
    index = -1
  }
  return way
}

/** Makes a line of two points parallel to an axis; null where it is already. */
function alignEnds([first, last]: readonly Point[]): Point[] | null {
  if (!first || !last || first.x === last.x || first.y === last.y) return null
  return Math.abs(first.x - last.x) < Math.abs(first.y - last.y)
    ? [first, { x: first.x, y: last.y }]
    : [first, { x: last.x, y: first.y }]
}

/** Moves the segment after a short step in line with the one before it; the last segment stays, and the one before it moves. */
function removeStep(way: readonly Point[], index: number): Point[] | null {
  const [before, from, to, after] = [way[index - 1], way[index], way[index + 1], way[index + 2]]
  if (!before || !from || !to || !after) return null
  const across = from.y === to.y ? 'x' : 'y'
  const isParallel = before[across] === from[across] && to[across] === after[across]
  if (!isParallel || Math.abs(from[across] - to[across]) > SHORTEST) return null
  const isLast = index + 3 === way.length
  const [fixed, moved] = isLast && index > 1 ? [to, [index - 1, index]] : [from, [index + 1, index + 2]]
  return way.map((point, place) => (moved.includes(place) ? { ...point, [across]: fixed[across] } : point))
}

/** Removes points that lie on the line between their neighbours. */
function withoutMiddles(points: readonly Point[]): Point[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (!before || !after) return true
    return !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y))
  })
}
