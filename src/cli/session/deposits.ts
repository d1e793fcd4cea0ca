import type { Wallet } from 'ethers'
import type { AutoDepositConfig, Broker, TransactionActor } from '../../index.ts'
import type { DepositTerms } from '../config/deposit-terms.ts'

export type DepositSum = { deposits: number; paid: bigint }

/** Auto-deposit of a process, whose terms may change while it runs. */
export type Deposits = {
  /** Goes on with these terms from now on; without terms nothing is deposited. Says what that changed. */
  apply(terms: DepositTerms | undefined): 'on' | 'changed' | 'off' | null
  /** Stops it. A deposit that was not sent yet is not sent any more. */
  stop(): void
  /** The deposits that are mined by now. */
  sum(): DepositSum
}

export type DepositsOptions = {
  approve: NonNullable<AutoDepositConfig['approve']> | null
  /** The key that deposits; null for the wallet's own. */
  treasury: Wallet | null
}

const OPERATIONS = ['depositFund', 'depositFundFor']

export function openDeposits({ ledger, transactions }: Broker, { approve, treasury }: DepositsOptions): Deposits {
  let on: DepositTerms | undefined
  const ended: DepositSum = { deposits: 0, paid: 0n }
  /** Deposits that were in flight when auto-deposit was stopped. */
  const inFlight: TransactionActor[] = []

  return {
    apply(terms) {
      const before = on
      if (sortedFields(before) === sortedFields(terms)) return null
      if (!terms) {
        stop()
        return 'off'
      }
      const { from: _, ...config } = terms
      ledger.startAutoDeposit({ ...config, ...(approve && { approve }), ...(treasury && { from: treasury }) })
      on = terms
      return before ? 'changed' : 'on'
    },
    stop,
    sum() {
      const mined = inFlight.map((one) => one.getSnapshot()).filter(({ value }) => value === 'mined')
      return {
        deposits: ended.deposits + mined.length,
        paid: mined.reduce((paid, { context }) => paid + BigInt(context.amount), ended.paid),
      }
    },
  }

  /** Counts the deposits of the actor before it is stopped: afterwards the broker does not know them any more. */
  function stop(): void {
    const status = ledger.autoDepositStatus()
    if (status) {
      ended.deposits += status.deposits
      ended.paid += BigInt(status.paid)
      if (status.state === 'depositing') inFlight.push(...transactions().filter(isOpenDeposit))
    }
    ledger.stopAutoDeposit()
    on = undefined
  }
}

function isOpenDeposit(transaction: TransactionActor): boolean {
  const snapshot = transaction.getSnapshot()
  return snapshot.hasTag('open') && OPERATIONS.includes(snapshot.context.operation)
}

/** The terms in the order of their names, since a file may order them in any way. */
const sortedFields = (terms: DepositTerms | undefined): string =>
  JSON.stringify(Object.entries(terms ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
