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
    isElsewhere(state['elsewhere']) &&
    hasDeposits(state) &&
    hasClosing(state) &&
    hasAmounts(state)
  )
}

export function isEntryLine(value: unknown): value is Extract<RecordingLine, { type: 'entry' }> {
  if (!isRecord(value) || value['type'] !== 'entry') return false
  const { at, block, patch, kind } = value
  if (typeof at !== 'number' || !Number.isFinite(at) || !isRecord(patch)) return false
  if (!isElsewhere(patch['elsewhere'])) return false
  if (![patch['deposit'], patch['autoDeposit'], patch['closing']].every((one) => one == null || isRecord(one)))
    return false
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
    deposit: [],
    transaction: ['id', 'value', 'operation', 'amount'],
    failure: ['error'],
    control: ['action', 'outcome'],
  }),
)

const AMOUNTS = new Set(
  (
    'amount arriving available balance budgetLeft burn burnRate cap change deficit due fromRefund gasUsed given home ledgerReserve limit locked ' +
    'maxDeposit maxLedger maxTopUp missing paid pendingRefund required shortfall spare target total trigger unsettledFee usual'
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

/** The ledger's own row and its actor, which recordings of older versions lack. */
function hasDeposits({ deposit, autoDeposit }: Readonly<Record<string, unknown>>): boolean {
  const isRow =
    deposit == null ||
    (isRecord(deposit) &&
      isRecord(deposit['limits']) &&
      'available due arriving spare trigger target deficit'
        .split(' ')
        .every((name) => typeof deposit[name] === 'string'))
  return isRow && (autoDeposit == null || (isRecord(autoDeposit) && typeof autoDeposit['value'] === 'string'))
}

/** How far closing has come, which recordings of older versions lack. */
const hasClosing = ({ closing }: Readonly<Record<string, unknown>>): boolean =>
  closing == null || (isRecord(closing) && typeof closing['state'] === 'string')

/** The list of other versions, which recordings of older versions lack. A patch replaces it as a whole. */
function isElsewhere(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isRecord(one) &&
        [one['provider'], one['service']].every((text) => typeof text === 'string') &&
        [one['balance'], one['available'], one['pendingRefund'], one['claimable']].every(
          (amount) => typeof amount === 'string' && isAmount(amount),
        ) &&
        Array.isArray(one['refunds']) &&
        one['refunds'].every((refund) => isRecord(refund) && typeof refund['unlocksAt'] === 'number'),
    )
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
