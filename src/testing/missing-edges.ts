import type { AnyStateMachine } from 'xstate'
import { edgeName, transitionsIn } from './edge-name.ts'
import type { EdgePath } from './edge-paths.types.ts'

/**
 * The names of the edges without a path: `door.locked: unlock [hasKey] → door.closed`. The list is empty when every edge has a
 * path, so a test of it fails for a new edge that nothing reaches.
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
