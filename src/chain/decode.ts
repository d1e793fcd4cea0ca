import type { LedgerPosition, Refund, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { contractError } from '../base/contract-errors.ts'
import { fineTuningAbi, inferenceAbi, ledgerAbi, multicallAbi } from './abi.ts'
import { ReadError } from '../base/errors.ts'
import { decoded, type Outcome } from './batch.ts'
import type { LedgerEntry } from './port.ts'
import { decodeRevert } from './reverts.ts'

type RawRefund = { amount: bigint; createdAt: bigint }
type RawLedger = { user: string; availableBalance: bigint; totalBalance: bigint; additionalInfo: string }

/** A sub-account as the list views give it; fine-tuning's leaves its refunds out. */
export type RawAccount = {
  provider: string
  balance: bigint
  pendingRefund: bigint
  acknowledged: boolean
  validRefundsLength: bigint
  refunds?: readonly RawRefund[]
  revokedBitmap?: bigint
}

/** Block time and lock of one service, which decide what is claimable. */
export type Clock = { timestamp: number; lockTime: number }

export function decodeNumber(outcome: Outcome | undefined, method: string): bigint {
  const abi = multicallAbi.hasFunction(method) ? multicallAbi : inferenceAbi
  const [value] = decoded(() => abi.decodeFunctionResult(method, answered(outcome, method))) as unknown as [bigint]
  return value
}

/** Only the contract's own LedgerNotExists means that there is no ledger. */
export function decodeLedger(outcome: Outcome | undefined): LedgerPosition | null {
  if (outcome?.reverted && decodeRevert(outcome.data)?.errorName === 'LedgerNotExists') return null
  const data = answered(outcome, 'getLedger')
  const [ledger] = decoded(() => ledgerAbi.decodeFunctionResult('getLedger', data)) as unknown as [RawLedger]
  const { available, total, locked, additionalInfo } = ledgerEntry(ledger)
  return { available, total, locked, additionalInfo }
}

export function decodeLedgers(outcome: Outcome | undefined): { ledgers: LedgerEntry[]; total: number } {
  const data = answered(outcome, 'getAllLedgers')
  const [ledgers, total] = decoded(() => ledgerAbi.decodeFunctionResult('getAllLedgers', data)) as unknown as [
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
  const data = answered(outcome, 'getAccountsByUser')
  const [accounts, total] = decoded(() => abi.decodeFunctionResult('getAccountsByUser', data)) as unknown as [
    RawAccount[],
    bigint,
  ]
  return { accounts: [...accounts], total: Number(total) }
}

/** The refunds that fine-tuning's list leaves out. */
export function decodeFineTuningAccount(outcome: Outcome | undefined): RawAccount {
  const data = answered(outcome, 'getAccount')
  const [account] = decoded(() => fineTuningAbi.decodeFunctionResult('getAccount', data)) as unknown as [RawAccount]
  return account
}

export function subAccount(raw: RawAccount, serviceType: ServiceType, clock: Clock): SubAccountPosition {
  // Slots past validRefundsLength hold refunds of the past.
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

/** The contract takes any bytes as additional info; ethers throws when such a text is touched that is not UTF-8. */
function text(read: () => string): string {
  try {
    return read()
  } catch {
    return '\ufffd'
  }
}

function answered(outcome: Outcome | undefined, operation: string): string {
  if (outcome && !outcome.reverted) return outcome.data
  const revert = decodeRevert(outcome?.data ?? '0x')
  if (revert) throw contractError({ operation, ...revert })
  // Out of gas, or a node that could not: nothing that the contract said.
  throw new ReadError('A call failed without a reason.', { operation })
}
