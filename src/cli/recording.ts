import type { LedgerPosition, Position, Refund, ServiceType, SubAccountPosition } from '../index.ts'

/** A position as one line of a recording: everything that was read, amounts as decimal strings. */
export function encodePosition(
  { block, wallet, ledger, subAccounts }: Position,
  circumstances?: Readonly<Record<string, unknown>>,
): string {
  const line = { type: 'position', block, wallet, ledger, subAccounts, circumstances }
  return `${JSON.stringify(line, amountsAsText)}\n`
}

export type Recording = {
  positions: readonly Position[]
  /** Lines that went back to an earlier block, as when two recorded at once. */
  late: number
  /** The last line was torn when its program, or its disk, ended. */
  torn: boolean
}

/**
 * The positions of a recording, in their order. A torn last line is left out.
 *
 * @throws SyntaxError that names a line which is no position, or one of another wallet
 */
export function decodeRecording(text: string): Recording {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const all = lines.map((line, index) => positionIn(line, index + 1))
  // Only the line's end is missing where it was torn right before that.
  const last = rest === '' ? null : wholePosition(rest)
  if (last) all.push(last)
  const positions: Position[] = []
  let late = 0
  for (const [index, position] of all.entries()) {
    const before = positions.at(-1)
    if (before && position.wallet.address !== before.wallet.address)
      throw new SyntaxError(`Line ${index + 1} is a position of another wallet: ${position.wallet.address}.`)
    const blocks = before ? position.block.number - before.block.number : 1
    // A block that was read twice says the same.
    if (blocks > 0) positions.push(position)
    else if (blocks < 0) late += 1
  }
  return { positions, late, torn: rest !== '' && last === null }
}

function positionIn(line: string, number: number): Position {
  const position = wholePosition(line)
  if (position) return position
  throw new SyntaxError(`Line ${number} is no recorded position.`)
}

export function wholePosition(line: string): Position | null {
  try {
    return toPosition(JSON.parse(line))
  } catch {
    return null
  }
}

/** Throws for whatever is not there. */
function toPosition(value: unknown): Position {
  const { type, block, wallet, ledger, subAccounts } = value as Record<string, Fields> & { subAccounts: unknown }
  if ((type as unknown) !== 'position' || !block || !wallet) throw new SyntaxError('no position')
  return {
    block: { number: number(block['number']), timestamp: number(block['timestamp']) },
    wallet: { address: text(wallet['address']), balance: wei(wallet['balance']) },
    ledger: (ledger as unknown) === null ? null : toLedger(ledger as Fields),
    subAccounts: (subAccounts as Fields[]).map(toSubAccount),
  }
}

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

function toRefund(fields: Fields): Refund {
  return {
    amount: wei(fields['amount']),
    createdAt: number(fields['createdAt']),
    unlocksAt: number(fields['unlocksAt']),
    claimable: fields['claimable'] === true,
  }
}

function wei(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,78}$/.test(value)) return BigInt(value)
  throw new SyntaxError('no amount')
}

function number(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new SyntaxError('no number')
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new SyntaxError('no text')
}

function serviceType(value: unknown): ServiceType {
  if (value === 'inference' || value === 'fine-tuning') return value
  throw new SyntaxError('no service')
}

const amountsAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)
