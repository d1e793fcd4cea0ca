import type { Account, Accounts } from './accounts.ts'
import { MAX_SETTLEMENTS, ZERO_ADDRESS } from './constants.ts'
import type { Funds } from './funds.ts'
import type { Offer, Offers } from './offers.ts'
import { Revert } from './revert.ts'
import type { Context } from './transaction.ts'

/** A provider's charge with its signer; a null signer means an invalid signature. Fee in wei. */
export type Settlement = { user: string; provider: string; totalFee: bigint; nonce: bigint; signer: string | null }

export type SettlementsOptions = {
  accounts: Accounts
  offers: Offers<Offer>
  funds: Funds
  address: string
  /** Charges a fee to a sub-account. */
  settle(context: Context, account: Account, fee: bigint): void
}

const STATUS = { success: 0n, partial: 1n, providerMismatch: 2n, noSigner: 3n, invalidNonce: 4n, invalidSignature: 5n }

type Outcome = { status: keyof typeof STATUS; unsettled: bigint; paid: bigint }

/** Settlements of inference: a batch charges as much as possible, and emits the outcome of each settlement. */
export function createSettlements({ accounts, offers, funds, address, settle }: SettlementsOptions) {
  return {
    settleFeesWithTEE(context: Context, settlements: readonly Settlement[]): void {
      const count = BigInt(settlements.length)
      const max = BigInt(MAX_SETTLEMENTS)
      if (count === 0n) throw new Revert('NoSettlementsProvided')
      if (count > max) throw new Revert('TooManySettlements', { count, max })
      let total = 0n
      for (const settlement of settlements) {
        const { status, unsettled: unsettledAmount, paid } = outcomeOf(context, settlement)
        total += paid
        const args = { user: settlement.user, status: STATUS[status], unsettledAmount }
        context.emit('inference', 'TEESettlementResult', args)
      }
      funds.move(address, context.from, total)
    },
  }

  function outcomeOf(context: Context, { user, provider, totalFee, nonce, signer }: Settlement): Outcome {
    const refused = (status: Outcome['status']) => ({ status, unsettled: totalFee, paid: 0n })
    if (provider !== context.from) return refused('providerMismatch')
    const account = accounts.find(user, provider)
    if (!account) return refused('invalidSignature')
    const offer = offers.find(provider)
    if (!offer) return refused('providerMismatch')
    if (!isAccepted(account, offer)) return refused('noSigner')
    if (account.nonce >= nonce) return refused('invalidNonce')
    if (signer !== offer.teeSignerAddress) return refused('invalidSignature')
    const paid = totalFee < account.balance ? totalFee : account.balance
    const unsettled = totalFee - paid
    const counted = { ...account, nonce }
    // The contract spends the nonce even where it can charge nothing.
    if (paid > 0n) settle(context, counted, paid)
    else accounts.put(counted)
    return { status: unsettled > 0n ? 'partial' : 'success', unsettled, paid }
  }
}

/** Whether both the user and the owner of the contracts acknowledge the signer. */
export function isAccepted({ acknowledged }: Account, { teeSignerAcknowledged, teeSignerAddress }: Offer): boolean {
  return acknowledged && teeSignerAcknowledged && teeSignerAddress !== ZERO_ADDRESS
}
