import { max } from '../../machines/wei.ts'
import { weiToOg } from '../base/amounts.ts'
import { InsufficientGasError } from '../base/not-sent-errors.ts'
import { NotSentError } from '../base/errors.ts'
import type { FeeExcess } from './fee-cap.policy.ts'

/** The node refused the transaction for good and does not know it, and its nonce is free: no money moves later. */
export class RefusedByNodeError extends NotSentError {
  override readonly name: string = 'RefusedByNodeError'
  constructor({ operation, reason, transaction }: { operation: string; reason: string; transaction: string }) {
    super('The node refused the transaction, and it will not be sent again.', { operation, reason, transaction })
  }
}

/** The node's pool holds transactions of this wallet that the journal does not know: what they pay is unknown. */
export class UnknownPendingError extends NotSentError {
  override readonly name: string = 'UnknownPendingError'
  readonly nonces: readonly number[]
  constructor({ operation, nonces }: { operation: string; nonces: readonly number[] }) {
    super(
      'Another transaction of this wallet is pending, and the journal does not know it.',
      {
        operation,
        nonce: nonces.join(', '),
        do: 'wait until it is mined, or cancel it in the program that sent it; then try again',
      },
      { retryable: true },
    )
    this.nonces = nonces
  }
}

/** The chain asks for higher fees than the ceiling allows. Nothing was sent. */
export class FeesTooHighError extends NotSentError {
  override readonly name: string = 'FeesTooHighError'
  constructor(operation: string, { asked, ceiling, because }: FeeExcess) {
    super(
      'The chain asks for higher fees than allowed.',
      {
        operation,
        asked: `${gwei(asked)} gwei a gas`,
        ceiling: `${gwei(ceiling)} gwei a gas, ${because}`,
        do: 'wait until fees fall, or raise maxFeePerGas',
      },
      { retryable: true },
    )
  }
}

export type Affordability = {
  operation: string
  /** At the latest block, in wei. */
  balance: bigint
  /** What the transaction moves, in wei. */
  value: bigint
  /** The most that its gas costs, in wei. */
  gas: bigint
  /** Value and gas of own transactions without an outcome, in wei. */
  committed: bigint
}

/** @throws InsufficientGasError where the balance does not cover value and gas; it names the most that can be sent */
export function checkAffordable({ operation, balance, value, gas, committed }: Affordability): void {
  if (balance >= value + gas + committed) return
  // Without the others it would fit: the caller may try again once they are mined.
  const isTemporary = balance >= value + gas
  const left = balance - committed - gas
  throw new InsufficientGasError(
    value > 0n
      ? 'The wallet cannot pay for this transaction: amount and gas are more than it has.'
      : 'The wallet cannot pay the gas of this transaction.',
    {
      operation,
      balance: `${weiToOg(balance)} OG`,
      amount: value > 0n ? `${weiToOg(value)} OG` : undefined,
      gas: `${weiToOg(gas)} OG at most`,
      'in flight': committed > 0n ? `${weiToOg(committed)} OG` : undefined,
      'can be sent': value > 0n ? `${weiToOg(max(left, 0n))} OG at most` : undefined,
      do: adviceFor({ isTemporary, value, left, missing: value + gas + committed - balance }),
    },
    { retryable: isTemporary },
  )
}

type Shortage = { isTemporary: boolean; value: bigint; left: bigint; missing: bigint }

function adviceFor({ isTemporary, value, left, missing }: Shortage): string {
  if (isTemporary) return 'wait until the transactions in flight are mined'
  if (value > 0n && left > 0n)
    return `choose a smaller amount, or send OG to the wallet: ${weiToOg(missing)} OG are missing`
  return value > 0n
    ? `send OG to the wallet: ${weiToOg(missing)} OG are missing`
    : `send gas to the wallet: ${weiToOg(missing)} OG are missing`
}

function gwei(wei: bigint): string {
  const whole = wei / 10n ** 9n
  const rest = (wei % 10n ** 9n).toString().padStart(9, '0').replace(/0+$/, '')
  return rest === '' ? String(whole) : `${whole}.${rest}`
}
