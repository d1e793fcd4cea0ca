import { weiToOg } from '../base/amounts.ts'
import { InsufficientGasError } from '../base/not-sent-errors.ts'
import type { Call } from './port.ts'

/** So much above the amount pays more gas than a block holds: the node's reason is another one. */
const PLENTY = 10n ** 18n

/** Whether a node that gave no estimate means that the wallet lacks money. A null balance is unknown. */
export function lacksMoney({ value = 0n }: Call, reason: string, balance: bigint | null): boolean {
  if (/insufficient funds|INSUFFICIENT_FUNDS/i.test(reason)) return true
  // Nodes limit the gas of an estimate to what the balance pays, and also to what a block holds.
  return /gas required exceeds/i.test(reason) && (balance === null || balance - value < PLENTY)
}

/** The wallet lacks the amount, or only the gas: the advice names what is missing. Nothing was sent. */
export function poorWalletError(
  { method: operation, value = 0n }: Call,
  { reason, balance, cause }: { reason: string; balance: bigint | null; cause?: unknown },
): InsufficientGasError {
  return new InsufficientGasError(
    'The wallet cannot pay for this transaction.',
    {
      operation,
      reason,
      balance: balance === null ? undefined : `${weiToOg(balance)} OG`,
      amount: value > 0n ? `${weiToOg(value)} OG` : undefined,
      do: adviceFor(value, balance),
    },
    { cause },
  )
}

function adviceFor(value: bigint, balance: bigint | null): string {
  if (value === 0n) return 'send gas to the wallet'
  if (balance === null) return 'send OG to the wallet: it needs the amount and gas; or choose a smaller amount'
  if (balance === 0n) return `send OG to the wallet: it needs ${weiToOg(value)} OG and gas`
  if (balance < value)
    return `choose a smaller amount, or send OG to the wallet: ${weiToOg(value - balance)} OG and gas are missing`
  return 'choose a smaller amount, or send gas to the wallet: the amount takes all that it has'
}
