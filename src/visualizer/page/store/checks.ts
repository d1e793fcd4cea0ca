import { PROTOCOL, type RecordingLine } from '../../protocol.ts'

/** Whether a line of a file, which may hold anything, is a base that can be drawn. */
export function isBaseLine(value: unknown): value is Extract<RecordingLine, { type: 'base' }> {
  if (!isRecord(value) || value['type'] !== 'base' || value['protocol'] !== PROTOCOL) return false
  const { wallet, network, state } = value
  if (typeof wallet !== 'string' || !isRecord(network) || !isRecord(state)) return false
  const { explorer } = network
  return (
    typeof network['name'] === 'string' &&
    (explorer === null || typeof explorer === 'string') &&
    isRecord(state['wallet']) &&
    isRecord(state['reading']) &&
    isRecord(state['subAccounts']) &&
    Object.values(state['subAccounts']).every(isSubAccount) &&
    isRecord(state['transactions']) &&
    hasAmounts(state)
  )
}

export function isEntryLine(value: unknown): value is Extract<RecordingLine, { type: 'entry' }> {
  if (!isRecord(value) || value['type'] !== 'entry') return false
  const { at, block, patch, kind } = value
  if (typeof at !== 'number' || !Number.isFinite(at) || !isRecord(patch)) return false
  if (block !== null && !(isRecord(block) && typeof block['number'] === 'number')) return false
  const fields = FIELDS.get(kind)
  return fields !== undefined && fields.every((name) => typeof value[name] === 'string') && hasAmounts(value)
}

/** The text fields that each kind of entry needs. */
const FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map(
  Object.entries({
    position: [],
    fact: ['subject', 'fact', 'change'],
    transition: ['machine', 'actor', 'from', 'to', 'event'],
    decision: ['subAccount', 'action'],
    transaction: ['id', 'value', 'operation', 'amount'],
    failure: ['error'],
    control: ['action', 'outcome'],
  }),
)

const AMOUNTS = new Set(
  (
    'amount available balance budgetLeft burnRate change deficit fromRefund gasUsed ledgerReserve locked maxTopUp missing ' +
    'paid pendingRefund required shortfall target total unsettledFee'
  ).split(' '),
)

/** Whether every amount in a value, at any depth, is a number of wei. */
function hasAmounts(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(hasAmounts)
  if (!isRecord(value)) return true
  return Object.entries(value).every(([key, one]) =>
    AMOUNTS.has(key) && !isRecord(one) ? isAmount(one) : hasAmounts(one),
  )
}

const isAmount = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && /^-?\d{1,78}$/.test(value))

function isSubAccount(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { key, provider, serviceType, lifecycle } = value
  const isNamed = [key, provider, serviceType].every((one) => typeof one === 'string')
  return isNamed && isRecord(lifecycle) && typeof lifecycle['value'] === 'string'
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
