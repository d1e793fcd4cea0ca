import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from '../transactions/intent.ts'
import type { Lane } from '../transactions/lane.types.ts'

/** The block in which the retrieve of a claim is mined; null where it is not. */
export function retrieveBlock(lane: Pick<Lane, 'minedBlock'>, claim: string): number | null {
  return lane.minedBlock(isRetrieveOf(claim))
}

/** Whether the retrieve did nothing so far, and may yet: a node refused it and another one may have it, or its revert is not final. */
export function mayYetRetrieve(lane: Pick<Lane, 'mayYetAct'>, claim: string): boolean {
  return lane.mayYetAct(isRetrieveOf(claim))
}

/** Corrects that block: a reorganisation may have moved the retrieve into another one. */
export function locateRetrieve(lane: Pick<Lane, 'locate'>, claim: string): Promise<void> {
  return lane.locate(isRetrieveOf(claim))
}

/** Whether the claim's transfer back to a sub-account is mined. */
export function isPutBack(lane: Pick<Lane, 'minedBlock'>, claim: string, id: SubAccountId): boolean {
  const key = keyOf(id)
  const block = lane.minedBlock(
    (intent) => intent.claim === claim && intent.subAccount !== null && keyOf(intent.subAccount) === key,
  )
  return block !== null
}

const isRetrieveOf =
  (id: string) =>
  ({ claim, call }: Intent): boolean =>
    claim === id && call.method === 'retrieveFund'
