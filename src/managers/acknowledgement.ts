import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { weiToOg } from '../base/amounts.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { contractOf } from '../chain/service-name.ts'
import type { OnDemand } from '../funding/on-demand.ts'
import type { Payees } from '../provider/payees.ts'
import { intentOf, transferIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'

export type AcknowledgementOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
  /** Works alone with a sub-account. */
  onDemand: Pick<OnDemand, 'unlessDone'>
  /** The check of who is paid. */
  payees: Pick<Payees, 'refusalOf'>
  /** Whether auto-funding is on for a sub-account. */
  isFunded: (id: SubAccountId) => boolean
  logger: Logger
}

/** Accepts the signer of a provider's service for the wallet, and takes that back. Null where nothing has to be sent. */
export type Acknowledgement = {
  /** @throws ServiceNotOfferedError when a sub-account has to be opened and the address does not offer the service */
  accept(id: SubAccountId, options: SendingOptions & { force?: boolean }): Promise<Receipt | null>
  /** @throws InvalidInputError while auto-funding is on for the provider, ContractError while the sub-account holds money */
  takeBack(id: SubAccountId, options: SendingOptions): Promise<Receipt | null>
}

const OPERATION = 'acknowledgeTEESigner'

export function createAcknowledgement(options: AcknowledgementOptions): Acknowledgement {
  const { wallet, rules, read, submit, onDemand, payees, isFunded, logger } = options

  return {
    accept(id, { force = false, signal, onSent }) {
      const work = async (): Promise<Receipt | null> => {
        const account = await accountOf(id)
        if (account?.acknowledged) return null
        const intent = account ? signerIntent(id, true) : await openingIntent(id, force)
        return submit(intent, { signal, onSent })
      }
      return onDemand.unlessDone(id, isAccepted, work, signal)
    },
    takeBack(id, { signal, onSent }) {
      const work = async (): Promise<Receipt | null> => {
        if (isFunded(id))
          throw new InvalidInputError(
            'Auto-funding is on for this provider: its next top-up accepts the signer again.',
            {
              provider: id.provider,
              do: 'call stopAutoFunding(provider) first',
            },
          )
        const account = await accountOf(id)
        if (!account?.acknowledged) return null
        const { provider, balance } = account
        if (balance > 0n)
          throw contractRefusal({
            operation: OPERATION,
            errorName: 'CannotRevokeWithNonZeroBalance',
            errorArgs: { user: wallet, provider, balance },
          })
        return submit(signerIntent(id, false), { signal, onSent })
      }
      return onDemand.unlessDone(id, (account) => !isAccepted(account), work, signal)
    },
  }

  /** A transfer accepts the signer by itself: the least that opens a sub-account. */
  async function openingIntent(id: SubAccountId, force: boolean): Promise<Intent> {
    const minimum = rules.minTransfer ?? 0n
    const intent = transferIntent(id, minimum, rules)
    const refusal = force || minimum === 0n ? null : await payees.refusalOf(id)
    if (refusal) throw refusal
    logger.info({ ...id, amount: `${weiToOg(minimum)} OG` }, 'opening a sub-account to acknowledge its provider')
    return intent
  }

  async function accountOf(id: SubAccountId): Promise<SubAccountPosition | undefined> {
    return subAccountIn(await read(), id)
  }
}

const isAccepted = (account: SubAccountPosition | undefined): boolean => account?.acknowledged ?? false

function signerIntent({ provider, serviceType }: SubAccountId, accepted: boolean): Intent {
  return intentOf({ contract: contractOf(serviceType), method: OPERATION, args: [provider, accepted] })
}
