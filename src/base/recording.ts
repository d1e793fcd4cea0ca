import type {
  LedgerPosition,
  Position,
  Refund,
  ServiceType,
  SubAccountPosition,
} from '../../machines/position.types.ts'

/**
 * A position as one line of a recording, with its line's end: everything that was read, amounts as decimal strings.
 * Recordings are JSON lines; `type` says what each is.
 *
 * @param circumstances what was true at that moment and no position says, for whoever reads the line
 */
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

/** What a recording of the visualizer holds beside its positions. */
const OTHERS = new Set<unknown>(['base', 'entry'])

/**
 * The positions of a recording, in their order; what the visualizer notes between them is passed over. A torn last line is
 * left out.
 *
 * @throws SyntaxError that names a line which has no place in a recording, or is a position of another wallet
 */
export function decodeRecording(text: string): Recording {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const all = lines.flatMap((line, index) => positionIn(line, index + 1) ?? [])
  // Only the line's end is missing where it was torn right before that.
  const last = rest === '' ? null : decodePosition(rest)
  if (last) all.push({ position: last, line: lines.length + 1 })
  const positions: Position[] = []
  let late = 0
  for (const { position, line } of all) {
    const before = positions.at(-1)
    if (before && position.wallet.address !== before.wallet.address)
      throw new SyntaxError(`Line ${line} is a position of another wallet: ${position.wallet.address}.`)
    const blocks = before ? position.block.number - before.block.number : 1
    // A block that was read twice says the same.
    if (blocks > 0) positions.push(position)
    else if (blocks < 0) late += 1
  }
  return { positions, late, torn: rest !== '' && last === null && !isOther(rest) }
}

/** Null for a line that holds something else. */
function positionIn(text: string, line: number): { position: Position; line: number } | null {
  const position = decodePosition(text)
  if (position) return { position, line }
  if (isOther(text)) return null
  throw new SyntaxError(`Line ${line} is no recorded position.`)
}

/** The position that a line holds, without its end; null where it is none, or not whole. */
export function decodePosition(line: string): Position | null {
  try {
    return toPosition(JSON.parse(line))
  } catch {
    return null
  }
}

/** Whether a line, without its end, belongs into a recording. */
export const isRecordingLine = (line: string): boolean => decodePosition(line) !== null || isOther(line)

/** Whole, and of a kind that belongs into a recording. */
function isOther(line: string): boolean {
  try {
    const { type } = JSON.parse(line) as { type?: unknown }
    return OTHERS.has(type)
  } catch {
    return false
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
