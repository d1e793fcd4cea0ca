import { toJsonValue } from './encoding.ts'
import { envelopeIn, fromJsonValue, VERSION } from './json-value.ts'
import type {
  LedgerPosition,
  Position,
  Refund,
  ServiceType,
  SubAccountElsewhere,
  SubAccountPosition,
} from '../../machines/position.types.ts'

/**
 * A position as one line of a recording, with its line's end: everything that was read, values as `encode` writes them.
 * Recordings are JSON lines; `type` says what each line is.
 *
 * @param circumstances what was known beside the position, for programs that read the line
 *
 * @example
 * show(encodePosition(await broker.position())) // one line of a recording
 */
export function encodePosition(
  { block, wallet, ledger, subAccounts, elsewhere }: Position,
  circumstances?: Readonly<Record<string, unknown>>,
): string {
  const line = { type: 'position', block, wallet, ledger, subAccounts, elsewhere, circumstances }
  return `${JSON.stringify(toJsonValue(line))}\n`
}

/** The position in a line without its end; null for another line or a torn one. */
export function decodePosition(line: string): Position | null {
  try {
    const found = fromJsonValue(JSON.parse(line)) as Fields
    return found['type'] === 'position' ? toPosition(found) : null
  } catch {
    return null
  }
}

/** The position that a server has encoded, by `encode` or as a line of a recording; null for another text. */
export function encodedPosition(text: string): Position | null {
  const envelope = envelopeIn(text)
  if (envelope?.v !== VERSION) return decodePosition(text)
  try {
    return toPosition(fromJsonValue(envelope.value))
  } catch {
    return null
  }
}

/** @throws SyntaxError or TypeError for a missing or wrong field */
function toPosition(value: unknown): Position {
  const { block, wallet, ledger, subAccounts, elsewhere } = value as Record<string, Fields> & Lists
  if (!block || !wallet) throw new SyntaxError('no position')
  return {
    block: { number: number(block['number']), timestamp: number(block['timestamp']) },
    wallet: { address: text(wallet['address']), balance: wei(wallet['balance']) },
    ledger: (ledger as unknown) === null ? null : toLedger(ledger as Fields),
    subAccounts: subAccounts.map(toSubAccount),
    ...(elsewhere && { elsewhere: elsewhere.map(toSubAccountElsewhere) }),
  }
}

type Lists = { subAccounts: Fields[]; elsewhere?: Fields[] }
type Fields = Readonly<Record<string, unknown>>

function toLedger(fields: Fields): LedgerPosition {
  return {
    available: wei(fields['available']),
    total: wei(fields['total']),
    locked: wei(fields['locked']),
    additionalInfo: text(fields['additionalInfo']),
  }
}

function toSubAccount(fields: Fields): SubAccountPosition {
  return {
    provider: text(fields['provider']),
    serviceType: serviceType(fields['serviceType']),
    balance: wei(fields['balance']),
    pendingRefund: wei(fields['pendingRefund']),
    available: wei(fields['available']),
    claimable: wei(fields['claimable']),
    refunds: (fields['refunds'] as Fields[]).map(toRefund),
    acknowledged: fields['acknowledged'] === true,
    tokensRevoked: fields['tokensRevoked'] === true,
  }
}

function toSubAccountElsewhere(fields: Fields): SubAccountElsewhere {
  return { ...toSubAccount(fields), service: text(fields['service']), lockTime: number(fields['lockTime']) }
}

function toRefund(fields: Fields): Refund {
  return {
    amount: wei(fields['amount']),
    createdAt: number(fields['createdAt']),
    unlocksAt: number(fields['unlocksAt']),
    claimable: fields['claimable'] === true,
  }
}

function wei(value: unknown): bigint {
  if (typeof value === 'bigint' && value >= 0n) return value
  throw new SyntaxError('no amount')
}

function number(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new SyntaxError('no number')
}

function text(value: unknown): string {
  // Recordings of earlier versions have a text of digits without its mark.
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  throw new SyntaxError('no text')
}

function serviceType(value: unknown): ServiceType {
  if (value === 'inference' || value === 'fine-tuning') return value
  throw new SyntaxError('no service')
}
