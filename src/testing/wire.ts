import type { Call, SendOptions } from '../chain/port.ts'

/** A wallet's transaction. */
export type SimulatedTransaction = SendOptions & { from: string; call: Call }

/** What stands for a call's data. Equal calls have equal data. */
export function dataOf({ contract, method, args }: Call): string {
  return JSON.stringify([contract, method, args], bigintAsText)
}

/** What stands for the signed bytes. They hold all of the transaction, so that a journal can keep them. */
export function rawOf(transaction: SimulatedTransaction): string {
  return JSON.stringify(transaction, bigintAsText)
}

/** @throws SyntaxError for what rawOf() did not make */
export function transactionOf(raw: string): SimulatedTransaction {
  return JSON.parse(raw, textAsBigint) as SimulatedTransaction
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? `"${value}` : value
}

function textAsBigint(_: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value.startsWith('"') ? value.slice(1) : BigInt(value.slice(0, -1))
}
