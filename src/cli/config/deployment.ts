import { toPolicy, type Broker } from '../../index.ts'
import { refusalOf } from './fields.ts'
import type { FundedProvider } from './file.ts'
import { fieldError } from './objects.ts'

/**
 * Checks providers and terms against the deployment.
 *
 * @param nameOf what stands before a field's name in messages
 * @throws UsageError that names the field
 */
export function checkOnDeployment(
  { wallet, rules, minLockedBalance }: Pick<Broker, 'wallet' | 'rules' | 'minLockedBalance'>,
  funded: readonly FundedProvider[],
  nameOf = (index: number): string => `providers[${index}].`,
): void {
  for (const [index, { provider, service, terms }] of funded.entries()) {
    const name = nameOf(index)
    if (rules.serviceNames[service] === undefined) throw fieldError(`${name}service`, `there is no ${service} here.`)
    if (provider === wallet && service === 'inference')
      throw fieldError(`${name}provider`, 'a wallet cannot be its own provider.')
    const { target, ...others } = terms
    const { levels } = toPolicy(others, minLockedBalance)
    // Each field is valid by now; only whether the target lies above the trigger depends on the deployment.
    if (target !== undefined && refusalOf(terms, minLockedBalance))
      throw fieldError(
        `${name}target`,
        `${String(target)} OG lies below the trigger: ${levels.bufferMultiplier} × the minimum.`,
      )
  }
}
