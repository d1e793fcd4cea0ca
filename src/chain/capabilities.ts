import { CapabilityMissingError } from '../base/errors.ts'
import type { Call, WriteMethod } from './port.ts'
import { revertData } from './reverts.ts'
import { revertReason } from './revert-error.ts'

const WITHOUT_TOKENS = 'API tokens of this deployment end only with their own time'

/** The functions that older deployments lack, with advice for their users. */
const optionalFunctions: Readonly<Partial<Record<WriteMethod, { capability: string; instead: string }>>> = {
  addLedger: { capability: 'addLedger(string)', instead: 'open the ledger with the SDK of that time' },
  depositFundFor: { capability: 'depositFundFor', instead: 'have the recipient deposit with its own wallet' },
  updateAdditionalInfo: { capability: 'updateAdditionalInfo', instead: 'the info given to addLedger stays as it is' },
  acknowledgeTEESigner: {
    capability: 'acknowledgeTEESigner(address,bool)',
    instead: 'acknowledge the provider with the SDK of that time',
  },
  revokeToken: { capability: 'revokeToken', instead: WITHOUT_TOKENS },
  revokeTokens: { capability: 'revokeTokens', instead: WITHOUT_TOKENS },
  revokeAllTokens: {
    capability: 'revokeAllTokens',
    instead: 'API tokens that were revoked one by one come back to life when the sub-account is opened anew',
  },
}

/**
 * The error for a function that the contract does not have: such a call reverts without data.
 *
 * @returns null for every other error
 */
export function missingCapability({ contract, method }: Call, error: unknown): CapabilityMissingError | null {
  const known = optionalFunctions[method]
  if (!known || revertData(error) !== '0x' || revertReason(error) !== null) return null
  return new CapabilityMissingError({ capability: known.capability, contract, do: known.instead })
}
