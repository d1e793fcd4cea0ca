import type { LedgerPosition, Refund, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { contractError } from '../base/contract-errors.ts'
import { fineTuningAbi, ledgerAbi } from './abi.ts'
import { abiWords, uintAt } from './abi-words.ts'
import { accountsIn } from './decode-accounts.ts'
import { ledgerIn } from './decode-ledger.ts'
import { detach } from '../base/detach.ts'
import { ReadError } from '../base/errors.ts'
import { decodeOrThrow, type Outcome } from './batch.ts'
import type { LedgerEntry } from './port.ts'
import type { RawAccount, RawLedger, RawRefund } from './raw.types.ts'
import { decodeReadRevert } from './reverts.ts'

/** Block time and lock time of a service: they decide which refunds are claimable. */
export type Clock = { timestamp: number; lockTime: number }

export function decodeNumber(outcome: Outcome | undefined, method: string): bigint {
  const data = returnDataOf(outcome, method)
  return decodeOrThrow(() => uintAt(abiWords(data), 0))
}

/** Decodes a ledger. Only the contract's LedgerNotExists error means that there is none. */
export function decodeLedger(outcome: Outcome | undefined): LedgerPosition | null {
  if (outcome?.reverted && decodeReadRevert(outcome.data)?.errorName === 'LedgerNotExists') return null
  const data = returnDataOf(outcome, 'getLedger')
  const ledger = decodeOrThrow(() => ledgerIn(data))
  const { available, total, locked, additionalInfo } = ledgerEntry(ledger)
  return { available, total, locked, additionalInfo }
}

export function decodeLedgers(outcome: Outcome | undefined): { ledgers: LedgerEntry[]; total: number } {
  const data = returnDataOf(outcome, 'getAllLedgers')
  const [ledgers, total] = decodeOrThrow(() => ledgerAbi.decodeFunctionResult('getAllLedgers', data)) as unknown as [
    RawLedger[],
    bigint,
  ]
  return { ledgers: ledgers.map(ledgerEntry), total: Number(total) }
}

export function decodeAccounts(
  outcome: Outcome | undefined,
  serviceType: ServiceType,
): { accounts: RawAccount[]; total: number } {
  const data = returnDataOf(outcome, 'getAccountsByUser')
  return decodeOrThrow(() => accountsIn(data, serviceType))
}

/** Decodes lists like `decodeAccounts`; an answer that did not change since the last one costs a comparison. */
export function createAccountsDecoder(): typeof decodeAccounts {
  const last = new Map<ServiceType, { data: string; decoded: ReturnType<typeof decodeAccounts> }>()
  return (outcome, serviceType) => {
    const known = last.get(serviceType)
    if (known && outcome?.reverted === false && outcome.data === known.data) return known.decoded
    const decoded = decodeAccounts(outcome, serviceType)
    if (outcome) last.set(serviceType, { data: detach(outcome.data), decoded })
    return decoded
  }
}

/** Decodes ledgers like `decodeLedger`; an answer that did not change since the last one costs a comparison. */
export function createLedgerDecoder(): typeof decodeLedger {
  let last: { data: string; decoded: LedgerPosition | null } | null = null
  return (outcome) => {
    if (last && outcome?.reverted === false && outcome.data === last.data) return last.decoded
    const decoded = decodeLedger(outcome)
    last = outcome?.reverted === false ? { data: detach(outcome.data), decoded } : null
    return decoded
  }
}

/** Decodes one fine-tuning account, whose refunds the list omits. */
export function decodeFineTuningAccount(outcome: Outcome | undefined): RawAccount {
  const data = returnDataOf(outcome, 'getAccount')
  const [account] = decodeOrThrow(() => fineTuningAbi.decodeFunctionResult('getAccount', data)) as unknown as [
    RawAccount,
  ]
  return account
}

export function subAccount(raw: RawAccount, serviceType: ServiceType, clock: Clock): SubAccountPosition {
  // Slots past validRefundsLength hold claimed refunds.
  const refunds = (raw.refunds ?? []).slice(0, Number(raw.validRefundsLength)).map((entry) => refund(entry, clock))
  return {
    provider: raw.provider,
    serviceType,
    balance: raw.balance,
    pendingRefund: raw.pendingRefund,
    available: raw.balance - raw.pendingRefund,
    claimable: refunds.reduce((sum, { claimable, amount }) => (claimable ? sum + amount : sum), 0n),
    refunds,
    acknowledged: raw.acknowledged,
    tokensRevoked: (raw.revokedBitmap ?? 0n) > 0n,
  }
}

function refund({ amount, createdAt }: RawRefund, { timestamp, lockTime }: Clock): Refund {
  const unlocksAt = Number(createdAt) + lockTime
  return { amount, createdAt: Number(createdAt), unlocksAt, claimable: timestamp >= unlocksAt }
}

function ledgerEntry(raw: RawLedger): LedgerEntry {
  const { user, availableBalance: available, totalBalance: total } = raw
  return { user, available, total, locked: total - available, additionalInfo: text(() => raw.additionalInfo) }
}

/** Reads a text. The contract stores any bytes, and ethers throws on access to bytes that are not UTF-8. */
function text(read: () => string): string {
  try {
    return read()
  } catch {
    return '\ufffd'
  }
}

function returnDataOf(outcome: Outcome | undefined, operation: string): string {
  if (outcome && !outcome.reverted) return outcome.data
  const revert = decodeReadRevert(outcome?.data ?? '0x')
  if (revert) throw contractError({ operation, ...revert })
  // The call ran out of gas, or the node failed: the contract gave no error.
  throw new ReadError('A call failed without a reason.', {
    operation,
    do: 'try another node: this one may keep back the errors of contracts',
  })
}
