import type { Position, SubAccountElsewhere } from '../../machines/position.types.ts'
import { throwIfAborted } from '../base/abortable.ts'
import { weiToOg } from '../base/amounts.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { WouldLockError } from '../base/sending-errors.ts'
import type { Rules } from '../chain/port.ts'
import { elsewhere, retrieveIntent } from '../transactions/build-intent.ts'
import type { Lane, SendingOptions } from '../transactions/lane.types.ts'
import { batchesOf } from './batches.ts'
import { nothingClaimed, type ClaimOutcome } from './claim-outcome.ts'

export type ClaimElsewhereOptions = {
  read: (signal?: AbortSignal) => Promise<Position>
  lane: Pick<Lane, 'submit'>
}

/**
 * Claims refunds of sub-accounts in one version that the network does not name. Nothing must be available in them: a
 * retrieve locks it, and there is no transfer back into a version that is being left.
 */
export async function claimElsewhere(
  accounts: readonly SubAccountElsewhere[],
  { read, lane }: ClaimElsewhereOptions,
  { signal, onSent }: SendingOptions = {},
): Promise<ClaimOutcome> {
  const [first] = accounts
  if (!first) return nothingClaimed
  throwIfAborted(signal)
  const { serviceType, service: name } = first
  const providers = accounts.map(({ provider }) => provider)
  const receipt = await lane.submit(elsewhere(retrieveIntent(providers, serviceType, name)), { onSent })
  const after = (await read()).elsewhere ?? []
  const claimed = accounts.reduce((sum, one) => sum + claimedOf(one, after), 0n)
  return { claimed, putBack: 0n, receipts: [receipt] }
}

/** Batches of sub-accounts whose refunds a retrieve claims without locking anything. */
export function claimableElsewhere(
  { elsewhere: accounts = [] }: Pick<Position, 'elsewhere'>,
  { maxProvidersPerBatch }: Pick<Rules, 'maxProvidersPerBatch'>,
): SubAccountElsewhere[][] {
  const due = accounts.filter(({ claimable, available }) => claimable > 0n && available === 0n)
  const versions = [...new Set(due.map(({ service }) => service))]
  return versions.flatMap((version) =>
    batchesOf(
      due.filter(({ service }) => service === version),
      maxProvidersPerBatch,
    ),
  )
}

/** The sub-account with a provider in a version. @throws AccountNotExistsError, WouldLockError where something is available */
export function claimableIn(
  { elsewhere: accounts = [] }: Pick<Position, 'elsewhere'>,
  { wallet, provider, service }: { wallet: string; provider: string; service: string },
): SubAccountElsewhere {
  const account = accounts.find((one) => one.provider === provider && one.service === service)
  if (!account)
    throw contractRefusal({
      operation: 'retrieveFund',
      errorName: 'AccountNotExists',
      errorArgs: { user: wallet, provider },
    })
  if (account.claimable > 0n && account.available > 0n)
    throw new WouldLockError('Claiming there would lock what is available, and nothing puts it back.', {
      provider,
      service,
      'would be locked': `${weiToOg(account.available)} OG`,
      claimable: `${weiToOg(account.claimable)} OG`,
      do: `retrieveFund('${service}') claims it and asks the rest back`,
    })
  return account
}

/** A provider is paid from unlocked refunds last, so what is gone of them was claimed. */
function claimedOf({ provider, service, refunds }: SubAccountElsewhere, after: readonly SubAccountElsewhere[]): bigint {
  const left = after.find((one) => one.provider === provider && one.service === service)?.refunds ?? []
  const stays = (createdAt: number) => left.some((one) => one.createdAt === createdAt)
  return refunds.reduce((sum, one) => (one.claimable && !stays(one.createdAt) ? sum + one.amount : sum), 0n)
}
