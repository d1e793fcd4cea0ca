import type { LedgerPosition, Refund, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { contractError } from '../base/contract-errors.ts'
import { fineTuningAbi, inferenceAbi, ledgerAbi, multicallAbi } from './abi.ts'
import { ReadError } from '../base/errors.ts'
import { decodeOrThrow, type Outcome } from './batch.ts'
import type { LedgerEntry } from './port.ts'
import { decodeRevert } from './reverts.ts'

type RawRefund = { amount: bigint; createdAt: bigint }
type RawLedger = { user: string; availableBalance: bigint; totalBalance: bigint; additionalInfo: string }

/** A sub-account in the form of the list views; fine-tuning's list omits the refunds. */
export type RawAccount = {
  provider: string
  balance: bigint
  pendingRefund: bigint
  acknowledged: boolean
  validRefundsLength: bigint
  refunds?: readonly RawRefund[]
  revokedBitmap?: bigint
}

/** Block time and lock time of a service: they decide which refunds are claimable. */
export type Clock = { timestamp: number; lockTime: number }

export function decodeNumber(outcome: Outcome | undefined, method: string): bigint {
  const abi = multicallAbi.hasFunction(method) ? multicallAbi : inferenceAbi
  const [value] = decodeOrThrow(() => abi.decodeFunctionResult(method, returnDataOf(outcome, method))) as unknown as [
    bigint,
  ]
  return value
}

/** Decodes a ledger. Only the contract's LedgerNotExists error means that there is none. */
export function decodeLedger(outcome: Outcome | undefined): LedgerPosition | null {
  if (outcome?.reverted && decodeRevert(outcome.data)?.errorName === 'LedgerNotExists') return null
  const data = returnDataOf(outcome, 'getLedger')
  const [ledger] = decodeOrThrow(() => ledgerAbi.decodeFunctionResult('getLedger', data)) as unknown as [RawLedger]
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
  const abi = serviceType === 'inference' ? inferenceAbi : fineTuningAbi
  const data = returnDataOf(outcome, 'getAccountsByUser')
  const [accounts, total] = decodeOrThrow(() => abi.decodeFunctionResult('getAccountsByUser', data)) as unknown as [
    RawAccount[],
    bigint,
  ]
  return { accounts: [...accounts], total: Number(total) }
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
  const revert = decodeRevert(outcome?.data ?? '0x')
  if (revert) throw contractError({ operation, ...revert })
  // The call ran out of gas, or the node failed: the contract gave no error.
  throw new ReadError('A call failed without a reason.', {
    operation,
    do: 'try another node: this one may keep back the errors of contracts',
  })
}
