import { min } from '../../../machines/wei.ts'
import { settlementData, settlementSigner, type SettlementPlace } from '../../chain/settlement-signature.ts'
import type { Account, Accounts } from './accounts.ts'
import { MAX_SETTLEMENTS, ZERO_ADDRESS } from './constants.ts'
import type { Funds } from './funds.ts'
import { SETTLEMENT_WORK } from './gas.ts'
import type { Offer, Offers } from './offers.ts'
import { Revert } from './revert.ts'
import type { Context } from './transaction.ts'

/** Fee in wei. */
type Fee = { user: string; provider: string; totalFee: bigint; nonce: bigint }

/** A settlement as the contract takes it: bytes as hex. */
export type SignedSettlement = Fee & { requestsHash: string; signature: string }

/**
 * A provider's charge: signed, or with its signer in place of a signature, which spares a key. A null signer means an invalid
 * signature.
 */
export type Settlement = SignedSettlement | (Fee & { signer: string | null })

export type SettlementsOptions = {
  accounts: Accounts
  offers: Offers<Offer>
  funds: Funds
  address: string
  place: SettlementPlace
  /** Charges a fee to a sub-account. */
  settle(context: Context, account: Account, fee: bigint): void
}

const STATUS = { success: 0n, partial: 1n, providerMismatch: 2n, noSigner: 3n, invalidNonce: 4n, invalidSignature: 5n }

type Outcome = { status: keyof typeof STATUS; unsettled: bigint; paid: bigint }

/** Settlements of inference: a batch charges as much as possible, and emits the outcome of each settlement. */
export function createSettlements({ accounts, offers, funds, address, place, settle }: SettlementsOptions) {
  return {
    calls: { settleFeesWithTEE },
    views: { previewSettlementResults },
  }

  /** @returns the status of each settlement */
  function settleFeesWithTEE(context: Context, settlements: readonly Settlement[]): bigint[] {
    checkSize(settlements)
    const statuses: bigint[] = []
    let total = 0n
    for (const settlement of settlements) {
      const { status, unsettled: unsettledAmount, paid } = outcomeOf(context, settlement)
      total += paid
      statuses.push(STATUS[status])
      const args = { user: settlement.user, status: STATUS[status], unsettledAmount }
      context.emit('inference', 'TEESettlementResult', args)
    }
    funds.move(address, context.from, total)
    return statuses
  }

  /** Each settlement by itself, as if no other one came before it. */
  function previewSettlementResults(from: string, settlements: readonly Settlement[]) {
    checkSize(settlements)
    const free = { from, work: () => undefined }
    const outcomes = settlements.map((one) => ({ user: one.user, ...verdictOn(free, one) }))
    const partial = outcomes.filter(({ status }) => status === 'partial')
    const failed = outcomes.filter(({ status }) => status !== 'success' && status !== 'partial')
    return {
      failedUsers: failed.map(({ user }) => user),
      failureReasons: failed.map(({ status }) => STATUS[status]),
      partialUsers: partial.map(({ user }) => user),
      partialAmounts: partial.map(({ unsettled }) => unsettled),
    }
  }

  function outcomeOf(context: Context, settlement: Settlement): Outcome {
    const { account, ...outcome } = verdictOn(context, settlement)
    if (!account) return outcome
    const counted = { ...account, nonce: settlement.nonce }
    // The contract spends the nonce even where it can charge nothing.
    if (outcome.paid > 0n) settle(context, counted, outcome.paid)
    else accounts.put(counted)
    return outcome
  }

  /** The outcome of a settlement on the current state, with the account that it would charge. */
  function verdictOn(
    { from, work }: Pick<Context, 'from' | 'work'>,
    settlement: Settlement,
  ): Outcome & { account?: Account } {
    const { user, provider, totalFee, nonce } = settlement
    const refused = (status: Outcome['status']) => ({ status, unsettled: totalFee, paid: 0n })
    work(SETTLEMENT_WORK.each)
    if (provider !== from) return refused('providerMismatch')
    const account = accounts.find(user, provider)
    if (!account) return refused('invalidSignature')
    work(SETTLEMENT_WORK.account)
    const offer = offers.find(provider)
    if (!offer) return refused('providerMismatch')
    if (!isAccepted(account, offer)) return refused('noSigner')
    if (account.nonce >= nonce) return refused('invalidNonce')
    work(SETTLEMENT_WORK.signature)
    if (signerOf(settlement) !== offer.teeSignerAddress) return refused('invalidSignature')
    const paid = min(totalFee, account.balance)
    const unsettled = totalFee - paid
    return { status: unsettled > 0n ? 'partial' : 'success', unsettled, paid, account }
  }

  function signerOf(settlement: Settlement): string | null {
    if ('signer' in settlement) return settlement.signer
    const { requestsHash, nonce, provider, user, totalFee, signature } = settlement
    return settlementSigner(settlementData(place, { requestsHash, nonce, provider, user, totalFee }), signature)
  }
}

function checkSize(settlements: readonly Settlement[]): void {
  const count = BigInt(settlements.length)
  const max = BigInt(MAX_SETTLEMENTS)
  if (count === 0n) throw new Revert('NoSettlementsProvided')
  if (count > max) throw new Revert('TooManySettlements', { count, max })
}

/** Whether both the user and the owner of the contracts acknowledge the signer. */
export function isAccepted({ acknowledged }: Account, { teeSignerAcknowledged, teeSignerAddress }: Offer): boolean {
  return acknowledged && teeSignerAcknowledged && teeSignerAddress !== ZERO_ADDRESS
}
