import { InvalidInputError } from '../base/errors.ts'
import type { AutoFundingPolicy } from './config.ts'

/**
 * In a browser each transaction opens a dialog of the wallet, so auto-funding there needs a person who expects it.
 *
 * @throws InvalidInputError in a browser, for a policy without `approve` or with `autoClaim`
 */
export function checkInBrowser({ approve, autoClaim }: AutoFundingPolicy, provider: string): void {
  if ('document' in globalThis && approve === null)
    throw new InvalidInputError('In a browser auto-funding asks before each top-up.', {
      provider,
      do: 'pass approve: a function that asks the person at the page',
    })
  if (autoClaim) checkAutoClaim({ provider })
}

/** @throws InvalidInputError in a browser */
export function checkAutoClaim(facts: { provider?: string } = {}): void {
  if ('document' in globalThis)
    throw new InvalidInputError('In a browser refunds are not claimed by themselves.', {
      ...facts,
      do: 'leave autoClaim out, and call claimRefunds when the person at the page asks for it',
    })
}
