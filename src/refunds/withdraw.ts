import type { Position } from '../../machines/position.types.ts'
import { max } from '../../machines/wei.ts'
import { throwIfAborted } from '../base/abortable.ts'
import { toWei, weiToOg, type Amount } from '../base/amounts.ts'
import type { Rules } from '../chain/port.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { NothingToWithdrawError } from '../base/sending-errors.ts'
import { intentOf } from '../transactions/build-intent.ts'
import { idleButForDoubt, throwIfInDoubt } from '../transactions/settled-idle.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { InFlight, Lane, SendingOptions, SubmitOptions } from '../transactions/lane.types.ts'

export type WithdrawalsOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, options?: SubmitOptions) => Promise<Receipt>
  /** Resolves once the journal is open, and with it what an earlier process left in flight. */
  ready: () => Promise<void>
  inFlight: () => readonly InFlight[]
  /** Resolves once nothing is in flight that matches. */
  idle: Lane['idle']
}

/** Withdrawals from the ledger to the wallet. Each is decided on while no other transaction of the wallet changes the ledger. */
export type Withdrawals = {
  /** @throws NothingToWithdrawError, InsufficientBalanceError, MinimumDepositRequiredError, LedgerNotExistsError */
  refund(amount: Amount, options?: SendingOptions): Promise<Receipt>
  /**
   * Deletes the ledger where it and its sub-accounts are empty: some deployments delete a ledger that holds money, and
   * strand the money.
   *
   * @throws MustWithdrawAllFundsFirstError, LedgerNotExistsError
   */
  deleteEmpty(options?: SendingOptions): Promise<Receipt>
}

export function createWithdrawals(options: WithdrawalsOptions): Withdrawals {
  const { wallet, rules, read, submit, ready, inFlight, idle } = options

  return { refund, deleteEmpty }

  async function refund(amount: Amount, { signal, onSent }: SendingOptions = {}): Promise<Receipt> {
    const wanted = amount === 'all' ? null : toWei(amount)
    // The contract takes nothing, and the wallet would pay the gas.
    if (wanted === 0n) throw contractRefusal({ operation: 'refund', errorName: 'ZeroAmountNotAllowed' })
    const { ledger, subAccounts } = await settledLedger('refund', signal)
    if (wanted === null && ledger.available === 0n) throw nothingToWithdraw(ledger, subAccounts)
    const wei = wanted ?? ledger.available
    checkRest(wei, ledger)
    const call = { contract: 'ledger', method: 'refund', args: [wei] } as const
    // Nothing is awaited after the reading, so every later decision sees this intent in flight.
    return submit(intentOf(call, { amount: wei, fromLedger: wei }), { signal, onSent })
  }

  async function deleteEmpty({ signal, onSent }: SendingOptions = {}): Promise<Receipt> {
    const { ledger, subAccounts } = await settledLedger('deleteLedger', signal)
    const inside = subAccounts.reduce((sum, { balance }) => sum + balance, ledger.available)
    const remainingBalance = max(ledger.total, inside)
    if (remainingBalance > 0n)
      throw contractRefusal({
        operation: 'deleteLedger',
        errorName: 'MustWithdrawAllFundsFirst',
        errorArgs: { remainingBalance },
      })
    return submit(intentOf({ contract: 'ledger', method: 'deleteLedger', args: [] }), { signal, onSent })
  }

  function checkRest(wei: bigint, { available, locked }: Ledger): void {
    const rest = available - wei
    if (rest < 0n)
      throw contractRefusal({
        operation: 'refund',
        errorName: 'InsufficientBalance',
        errorArgs: { user: wallet, available, required: wei, ...(locked > 0n && { locked }) },
      })
    const minimum = rules.minLedgerBalance
    if (minimum !== null && rest > 0n && rest < minimum)
      throw contractRefusal({
        operation: 'refund',
        errorName: 'MinimumDepositRequired',
        errorArgs: { provided: rest, required: minimum, available },
      })
  }

  /** The ledger at a block that shows every transaction of this wallet about it. */
  async function settledLedger(
    operation: string,
    signal: AbortSignal | undefined,
  ): Promise<Position & { ledger: Ledger }> {
    await ready()
    for (;;) {
      const position = await read(signal)
      throwIfAborted(signal)
      const moving = inFlight().filter(({ intent }) => movesLedger(intent))
      throwIfInDoubt(moving, operation)
      const { ledger } = position
      if (moving.length === 0 && ledger) return { ...position, ledger }
      if (moving.length === 0)
        throw contractRefusal({ operation, errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
      await idleButForDoubt({ inFlight, idle }, movesLedger, signal)
    }
  }
}

type Ledger = NonNullable<Position['ledger']>

const movesLedger = ({ call: { contract, method } }: Intent): boolean =>
  contract === 'ledger' && method !== 'updateAdditionalInfo'

function nothingToWithdraw({ locked, total }: Ledger, subAccounts: Position['subAccounts']): NothingToWithdrawError {
  const holding = subAccounts.filter(({ balance }) => balance > 0n).length
  return new NothingToWithdrawError('There is nothing to withdraw.', {
    available: '0 OG',
    locked: `${weiToOg(locked)} OG in ${holding} sub-account${holding === 1 ? '' : 's'}`,
    do: total === 0n ? 'deleteLedger deletes an empty ledger' : 'retrieve it first; closeLedger brings everything home',
  })
}
