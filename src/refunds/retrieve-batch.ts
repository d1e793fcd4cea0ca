import { ContractError } from '../base/contract-errors.ts'
import type { NotSentError } from '../base/errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Service } from '../chain/service-name.ts'
import { retrieveIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import { inHalves, type InParts } from './halves.ts'
import type { LeftOutList } from './left-out.ts'
import { isHeldUp } from './put-back-pending.ts'

export type BatchOptions = {
  submit: (intent: Intent) => Promise<Receipt>
  /** Why the lock of a sub-account does not come free for now; null where it does. */
  stallOf: (id: SubAccountId) => NotSentError | null
  leftOut: LeftOutList
}

/** One retrieve that was mined, and from which providers. */
export type Retrieved = { receipt: Receipt; providers: readonly string[] }

/** Retrieves from as many providers as a batch takes, in one transaction, or in halves where that is too much gas for one. */
export function retrieveBatch(
  providers: readonly string[],
  service: Pick<Service, 'serviceType' | 'name'>,
  options: BatchOptions,
): Promise<InParts<string, Retrieved | null>> {
  return inHalves(providers, (some) => retrieveOnce(some, service, options))
}

/**
 * A provider whose refund places filled up since the reading makes the contract refuse the whole batch; its error names that provider, and
 * the retry leaves it out, and so does every try with those whose locks do not come free.
 *
 * @returns null where all were left out for their locks
 * @throws TooManyRefundsError where no other provider is left
 */
async function retrieveOnce(
  providers: readonly string[],
  { serviceType, name }: Pick<Service, 'serviceType' | 'name'>,
  options: BatchOptions,
): Promise<Retrieved | null> {
  const { submit, stallOf, leftOut } = options
  const open = providers.filter((provider) => {
    const reason = stallOf({ provider, serviceType })
    if (reason) leftOut.add([{ provider, serviceType }], reason)
    return !reason
  })
  if (open.length === 0) return null
  try {
    return { receipt: await submit(retrieveIntent(open, serviceType, name)), providers: open }
  } catch (error) {
    const full = fullIn(error)
    const rest = open.filter((provider) => provider !== full && !stallOf({ provider, serviceType }))
    if (rest.length === open.length || (rest.length === 0 && !isHeldUp(error))) throw error
    return retrieveOnce(
      providers.filter((provider) => provider !== full),
      { serviceType, name },
      options,
    )
  }
}

/** The provider whose refund places are full, as the contract names it. */
function fullIn(error: unknown): unknown {
  return error instanceof ContractError && error.errorName === 'TooManyRefunds'
    ? error.errorArgs['provider']
    : undefined
}
