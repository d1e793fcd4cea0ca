import { DEPOSIT_GAS } from '../../machines/gas-costs.ts'
import type { Position } from '../../machines/position.types.ts'
import { abortable, throwIfAborted } from '../base/abortable.ts'
import { toWei, weiToOg, type Amount } from '../base/amounts.ts'
import { anything, checkOptions, isFunction, isMilliseconds, isSignal } from '../base/check-options.ts'
import type { Clock } from '../base/clock.ts'
import { inMs, type Duration } from '../base/durations.ts'
import { ReadError } from '../base/errors.ts'
import { BudgetExhaustedError, LockedError } from '../base/sending-errors.ts'
import { InsufficientGasError } from '../base/not-sent-errors.ts'
import { createSerialQueue } from '../base/serial.ts'
import type { Rules } from '../chain/port.ts'
import { intentOf } from '../transactions/build-intent.ts'
import { fromLedger } from '../transactions/in-flight.ts'
import { type Intent, type Receipt, isDeposit } from '../transactions/intent.ts'
import type { InFlight, SendingOptions } from '../transactions/lane.types.ts'
import { createLockWait, type LockWait } from '../transactions/lock-wait.ts'
import { createDecideAnew } from '../transactions/overtakes.ts'
import { idleButForDoubt, throwIfInDoubt } from '../transactions/settled-idle.ts'
import { budgetLeft } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { AutoDeposit } from './auto-deposit.ts'
import type { DepositPayer } from './deposit-payer.ts'
import { costInFlight } from './deposit-decision.ts'
import type { GasPrice } from './gas-price.ts'
import { isWithdrawal } from './withdrawal-watch.ts'

export type EnsureLedgerOptions = SendingOptions & {
  /** The most that the ledger may have available afterwards. */
  max?: Amount
  /** How long to wait for another process that has the journal, in milliseconds or as `'2m'`; 120 000 by default. */
  timeoutMs?: number | Duration
}

const LOCK_TIMEOUT_MS = 120_000

export type LedgerFundingOptions = {
  rules: Pick<Rules, 'minLedgerBalance'>
  payer: DepositPayer
  autoDeposit: Pick<AutoDeposit, 'policy' | 'whileDeciding'>
  read: (signal?: AbortSignal) => Promise<Position>
  inFlight: () => readonly InFlight[]
  refuseWhileClosing: (operation: string) => void
  gas: Pick<GasPrice, 'price' | 'ask'>
  clock: Clock
}

/** Sees to it, once, that the ledger has an amount available. Returns the receipt, or null where it had. */
export type EnsureLedger = (amount: Amount, options?: EnsureLedgerOptions) => Promise<Receipt | null>

/** Calls wait for one another, for auto-deposit, and for what is on its way into the ledger or out of it. */
export function createEnsureLedger(options: LedgerFundingOptions): EnsureLedger {
  const { rules, payer, autoDeposit, read, inFlight, refuseWhileClosing, gas, clock } = options
  const inTurn = createSerialQueue()

  return async (amount, how = {}) => {
    checkOptions('ensureFunded', how, {
      max: anything,
      timeoutMs: isMilliseconds({ least: 0, most: Infinity }),
      signal: isSignal,
      onSent: isFunction,
    })
    const wanted = toWei(amount)
    const max = how.max === undefined ? null : toWei(how.max, 'max')
    if (max !== null && max < wanted) throw overMax(wanted, max)
    refuseWhileClosing('ensureFunded')
    const { timeoutMs = LOCK_TIMEOUT_MS } = inMs(how)
    const lock = createLockWait(clock, clock.now() + timeoutMs)
    // Before its turn: a call that waits long for the journal does not make the calls behind it wait as long.
    if (await isThereWhileLocked(wanted, lock, how.signal)) return null
    return inTurn(() => autoDeposit.whileDeciding(() => ensure({ wanted, max }, how)), how.signal)
  }

  /** Waits until the journal is open. @returns true where another process has it, and nothing is missing */
  async function isThereWhileLocked(wanted: bigint, lock: LockWait, signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      try {
        await abortable(Promise.resolve(payer.open()), signal)
        return false
      } catch (error) {
        if (!(error instanceof LockedError)) throw error
        if (((await read(signal)).ledger?.available ?? 0n) >= wanted) return true
        if (!(await lock.next(error, signal))) throw error
      }
    }
  }

  async function ensure({ wanted, max }: Goal, { signal, onSent }: SendingOptions): Promise<Receipt | null> {
    await abortable(gas.ask(), signal)
    const decideAnew = createDecideAnew(clock)
    for (;;) {
      const position = await read(signal)
      throwIfAborted(signal)
      const moving = moves()
      throwIfInDoubt(moving, 'ensureFunded')
      if (moving.length > 0) {
        await idleButForDoubt({ inFlight: () => moves(), idle: payer.idle }, movesWallet, signal)
        continue
      }
      refuseWhileClosing('ensureFunded')
      const missing = wanted - ((position.ledger?.available ?? 0n) - fromLedger(inFlight()))
      if (missing <= 0n) return null
      const least = position.ledger ? 0n : (rules.minLedgerBalance ?? 0n)
      const amount = missing > least ? missing : least
      checkLimits(position, amount, max)
      // Nothing is awaited after the reading, so every later decision sees this intent in flight.
      const intent = intentOf(payer.call(amount), { amount })
      const { timestamp: decidedAt, number: asOf } = position.block
      try {
        return await payer.submit({ ...intent, decidedAt, asOf }, { signal, onSent })
      } catch (error) {
        await decideAnew(error, signal)
      }
    }
  }

  /** What moves money between the wallets and the ledger now. */
  function moves(): InFlight[] {
    return [...inFlight(), ...payer.inFlight()].filter(({ intent }) => movesWallet(intent))
  }

  function checkLimits(position: Position, amount: bigint, max: bigint | null): void {
    const { ledger, block } = position
    const policy = autoDeposit.policy()
    const after = (ledger?.available ?? 0n) + amount
    for (const most of [max, policy?.maxLedger ?? null]) if (most !== null && after > most) throw overMax(after, most)
    if (policy && policy.maxDeposit !== null && policy.maxDeposit < amount)
      throw new BudgetExhaustedError('One deposit may not send that much.', {
        amount: og(amount),
        maxDeposit: og(policy.maxDeposit),
      })
    const left = budgetLeft(policy?.budget ?? null, payer.deposits, block.timestamp)
    if (left !== null && left < amount)
      throw new BudgetExhaustedError('The budget of this window does not allow it.', {
        amount: og(amount),
        left: og(left),
      })
    const balance = payer.balance(position)
    if (gas.price === null || balance === null) throw new ReadError('The wallet that deposits could not be read.', {})
    const kept = payer.exitReserve(position) + (policy?.gasReserve ?? 0n) + costInFlight(payer, gas.price)
    const spendable = balance - kept - gas.price * DEPOSIT_GAS
    if (spendable < amount)
      throw new InsufficientGasError('The wallet cannot deposit that much and keep its gas.', {
        amount: og(amount),
        balance: og(balance),
        keeps: og(kept),
        'can be deposited': og(spendable > 0n ? spendable : 0n),
        do: 'send OG to the wallet',
      })
  }
}

type Goal = { wanted: bigint; max: bigint | null }

const movesWallet = (intent: Intent): boolean => isDeposit(intent) || isWithdrawal(intent)

function overMax(after: bigint, max: bigint): BudgetExhaustedError {
  return new BudgetExhaustedError('The ledger would have more available than its maximum.', {
    'it would have': og(after),
    max: og(max),
  })
}

const og = (wei: bigint): string => `${weiToOg(wei)} OG`
