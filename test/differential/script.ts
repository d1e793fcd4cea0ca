import fc from 'fast-check'
import { anyStep } from './any-step.ts'
import {
  churning,
  claiming,
  closing,
  delivering,
  expanding,
  flat,
  hoarding,
  opening,
  returning,
  spendingOut,
  upgrading,
} from './episodes.ts'
import type { Step } from './step.ts'

const episode = fc.oneof(
  { weight: 30, arbitrary: anyStep.map((one) => [one]) },
  { weight: 3, arbitrary: opening },
  { weight: 1, arbitrary: churning },
  { weight: 4, arbitrary: claiming },
  { weight: 1, arbitrary: closing },
  { weight: 1, arbitrary: spendingOut },
  { weight: 2, arbitrary: delivering },
  { weight: 1, arbitrary: upgrading },
  { weight: 1, arbitrary: fc.oneof({ weight: 2, arbitrary: churning }, returning) },
)

const rarely = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Step[]>([]) },
  { weight: 2, arbitrary: hoarding },
  expanding,
)

/** A history: typical episodes of wallets, and any step in between. */
export function scripts(length: number): fc.Arbitrary<Step[]> {
  const episodes = fc.noBias(fc.array(episode, { minLength: 1, maxLength: length, size: 'max' }))
  return fc.tuple(opening, episodes, rarely).map(([first, rest, last]) => [...first, ...flat(rest), ...last])
}
