import fc from 'fast-check'
import { Divergence } from './play.ts'
import { scripts } from './script.ts'
import type { Step } from './step.ts'

export type Player = { play(script: readonly Step[]): Promise<void>; steps(): number }

export type Found = {
  /** The difference with the shortest history that leads to it; null where there is none. */
  divergence: Divergence | null
  /** Steps that were compared until the first difference. */
  steps: number
}

export type SearchOptions = {
  runs: number
  seed: number
  /** Episodes of a history, at most. */
  length: number
  /** Whether a history that diverges is shortened; true by default. */
  shorten?: boolean
}

/** Plays random histories until one diverges. */
export async function search(player: Player, { runs, seed, length, shorten = true }: SearchOptions): Promise<Found> {
  let steps: number | null = null
  const property = fc.asyncProperty(scripts(length), async (script) => {
    try {
      await player.play(script)
    } catch (error) {
      steps ??= player.steps()
      throw error
    }
  })
  const { counterexample, errorInstance } = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shorten })
  if (!counterexample) return { divergence: null, steps: player.steps() }
  if (!(errorInstance instanceof Divergence)) throw errorInstance
  const divergence = shorten ? await shortest(player, counterexample[0], errorInstance) : errorInstance
  return { divergence, steps: steps ?? player.steps() }
}

/** fast-check drops steps from the front and simplifies the others; this drops steps in between. */
async function shortest(player: Player, script: readonly Step[], found: Divergence): Promise<Divergence> {
  let [short, divergence] = [script, found]
  for (let index = script.length - 1; index >= 0; index -= 1) {
    const without = short.toSpliced(index, 1)
    const other = await divergenceOf(player, without)
    if (other) [short, divergence] = [without, other]
  }
  return short.length < script.length ? shortest(player, short, divergence) : divergence
}

async function divergenceOf(player: Player, script: readonly Step[]): Promise<Divergence | null> {
  try {
    await player.play(script)
    return null
  } catch (error) {
    if (error instanceof Divergence) return error
    throw error
  }
}
