import type { AnyStateMachine } from 'xstate'
import { edgeName, transitionsIn } from './edge-name.ts'
import type { EdgePath } from './edge-paths.types.ts'

/**
 * The edges of a chart that no path takes, by name: `door.locked: unlock [hasKey] → door.closed`. Empty when each has a
 * path: a test of that fails when an edge is drawn that nothing reaches.
 *
 * @example
 * test('every edge has a path', () => {
 *   expect(missingEdges(machine, edgePaths(machine, { events }))).toEqual([])
 * })
 */
export function missingEdges(machine: AnyStateMachine, paths: readonly Pick<EdgePath, 'edges'>[]): string[] {
  const taken = new Set(paths.flatMap(({ edges }) => edges))
  return transitionsIn(machine)
    .map(edgeName)
    .filter((name) => !taken.has(name))
}
