import type { Call, SendOptions } from '../chain/port.ts'

/** A wallet's transaction. */
export type SimulatedTransaction = SendOptions & { from: string; call: Call }

/** Encodes a call as data. Equal calls have equal data. */
export function dataOf({ contract, method, args }: Call): string {
  return JSON.stringify([contract, method, args], bigintAsText)
}

/** Encodes a transaction as signed bytes. They hold the whole transaction, so a journal can restore it. */
export function rawOf(transaction: SimulatedTransaction): string {
  return JSON.stringify(transaction, bigintAsText)
}

/** Decodes signed bytes of rawOf(). @throws SyntaxError for other bytes */
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
