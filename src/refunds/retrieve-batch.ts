import { ContractError, TransactionRevertedError } from '../base/contract-errors.ts'
import type { NotSentError } from '../base/errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Service } from '../chain/service-name.ts'
import { retrieveIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { LeftOutList } from './left-out.ts'
import { isHeldUp } from './put-back-pending.ts'

export type BatchOptions = {
  submit: (intent: Intent) => Promise<Receipt>
  /** Why the lock of a sub-account does not come free for now; null where it does. */
  stallOf: (id: SubAccountId) => NotSentError | null
  leftOut: LeftOutList
}

/**
 * Retrieves from as many providers as a batch takes, in one transaction. A provider whose refund places filled up since
 * the reading makes the contract refuse the whole batch; its error names that provider, and the retry leaves it out, and
 * so does every try with those whose locks do not come free. A batch that the contract refuses without a reason, as where its gas is more
 * than a block takes, is sent in halves.
 *
 * @returns the receipts; none where all were left out for their locks
 * @throws TooManyRefundsError where no other provider is left
 */
export async function retrieveBatch(
  providers: readonly string[],
  { serviceType, name }: Pick<Service, 'serviceType' | 'name'>,
  options: BatchOptions,
): Promise<Receipt[]> {
  const { submit, stallOf, leftOut } = options
  const open = providers.filter((provider) => {
    const reason = stallOf({ provider, serviceType })
    if (reason) leftOut.add([{ provider, serviceType }], reason)
    return !reason
  })
  if (open.length === 0) return []
  try {
    return [await submit(retrieveIntent(open, serviceType, name))]
  } catch (error) {
    if (open.length > 1 && isWithoutReason(error)) return retrieveHalves(open, { serviceType, name }, options)
    const full = fullIn(error)
    const rest = open.filter((provider) => provider !== full && !stallOf({ provider, serviceType }))
    if (rest.length === open.length || (rest.length === 0 && !isHeldUp(error))) throw error
    return retrieveBatch(
      providers.filter((provider) => provider !== full),
      { serviceType, name },
      options,
    )
  }
}

async function retrieveHalves(
  providers: readonly string[],
  service: Pick<Service, 'serviceType' | 'name'>,
  options: BatchOptions,
): Promise<Receipt[]> {
  const middle = Math.ceil(providers.length / 2)
  const first = await retrieveBatch(providers.slice(0, middle), service, options)
  return [...first, ...(await retrieveBatch(providers.slice(middle), service, options))]
}

/** The node refused the estimate: what was mined and reverted has cost gas, and is not tried again. */
const isWithoutReason = (error: unknown): boolean =>
  error instanceof ContractError && !(error instanceof TransactionRevertedError) && error.errorName === 'no reason'

/** The provider whose refund places are full, as the contract names it. */
function fullIn(error: unknown): unknown {
  return error instanceof ContractError && error.errorName === 'TooManyRefunds'
    ? error.errorArgs['provider']
    : undefined
}
