import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'

/** The contract keeps one bit for each id. 255 is that of ephemeral tokens, which cannot be revoked one by one. */
const LAST_ID = 254

/** @throws InvalidInputError for what can be no token's id */
export function checkedId(tokenId: number): number {
  if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId <= LAST_ID) return tokenId
  throw new InvalidInputError(`The id of an API token is a whole number from 0 to ${LAST_ID}.`, {
    tokenId: describeValue(tokenId),
  })
}
