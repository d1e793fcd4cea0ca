import type { SubAccountId } from '../base/sub-account-key.ts'
import { nothingClaimed, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import type { InParts } from './halves.ts'
import type { LeftOut } from './left-out.ts'
import { partlyDone } from './partly-done.ts'

/** What claims of several sub-accounts did, and for which of them nothing was claimed because one failed. */
export type SomeClaimed = { outcome: ClaimOutcome } & Pick<InParts<SubAccountId, never>, 'left' | 'failure'>

/** Of claims in halves. */
export async function someOf(claims: Promise<InParts<SubAccountId, ClaimOutcome>>): Promise<SomeClaimed> {
  const { done, left, failure } = await claims
  return { outcome: sumOf(done), left, failure }
}

/** Of claims that an earlier call left. */
export function asSome(claims: Promise<ClaimOutcome>): Promise<SomeClaimed> {
  return claims.then(
    (outcome) => ({ outcome, left: [], failure: null }),
    (error: unknown) => ({ outcome: nothingClaimed, left: [], failure: { error } }),
  )
}

export function merged(all: readonly SomeClaimed[]): SomeClaimed {
  const [failure = null] = all.flatMap((one) => one.failure ?? [])
  return { outcome: sumOf(all.map(({ outcome }) => outcome)), left: all.flatMap(({ left }) => left), failure }
}

/** The error of a call whose claims have failed in part. */
export function partlyClaimed(
  { outcome, left }: Pick<SomeClaimed, 'outcome' | 'left'>,
  error: unknown,
  leftOut: readonly LeftOut[] = [],
): unknown {
  const ids = left.map(({ provider, serviceType }) => ({ provider, serviceType }))
  return partlyDone({ ...outcome, operation: 'claimRefunds', askedBack: 0n, left: ids, leftOut }, error)
}
