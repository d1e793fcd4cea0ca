import { applyPatch, patchOf } from '../../src/visualizer/patch.ts'
import type {
  AutoDepositState,
  ClosingProgress,
  AutoFundingState,
  Chart,
  DepositState,
  ElsewhereState,
  Entry,
  Happening,
  Hello,
  PlanState,
  State,
  SubAccountState,
} from '../../src/visualizer/protocol.ts'

/** A state with its history as the server would send it, for states that a real chain reaches only slowly. Nothing is random. */
export type Scene = { hello: Hello; state: State }

export const OG = 10n ** 18n
/** A Tuesday afternoon. */
export const START = Date.UTC(2026, 2, 3, 14, 0, 0)
const WALLET = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

export const og = (amount: number): `${bigint}` => `${(BigInt(Math.round(amount * 1e9)) * OG) / 1_000_000_000n}`

export type AccountOptions = Partial<{
  available: number
  pending: number
  claimable: number
  required: number
  target: number
  burn: number | null
  value: string
  plan: Partial<PlanState>
  autoFunding: Partial<AutoFundingState> | null
  model: string
  url: string
}>

/** One sub-account; by default it is funded. */
export function account(index: number, options: AccountOptions = {}): SubAccountState {
  const { available = 2, pending = 0, claimable = 0, required = 2, target = required, burn = 0.4 } = options
  const provider = `0x${(0xa11ce0000000 + index * 7_919).toString(16).padStart(40, 'b4e1')}`
  const serviceType = index % 5 === 4 ? 'fine-tuning' : 'inference'
  const key = `${serviceType}:${provider}`
  const deficit = available < required ? target - available : 0
  const runway = burn ? Math.max(0, Math.round(((available - required / 2) / burn) * 3_600)) : null
  const exists = options.value !== 'none' && options.value !== 'closed'
  const seconds = START / 1_000
  const unlocksAt = seconds + 4 * 3_600
  return {
    key,
    provider,
    serviceType,
    account: exists
      ? {
          balance: og(available + pending),
          pendingRefund: og(pending),
          available: og(available),
          claimable: og(claimable),
          refunds: [
            ...(claimable > 0
              ? [{ amount: og(claimable), createdAt: seconds - 90_000, unlocksAt: seconds - 3_600, claimable: true }]
              : []),
            ...(pending > claimable
              ? [{ amount: og(pending - claimable), createdAt: unlocksAt - 86_400, unlocksAt, claimable: false }]
              : []),
          ],
          acknowledged: true,
          tokensRevoked: false,
        }
      : null,
    lifecycle: {
      value: options.value ?? (pending > 0 ? 'refunding.locked' : available < required ? 'low' : 'funded'),
      edge: null,
      since: START,
    },
    plan: {
      action: deficit > 0 ? 'top-up' : 'hold',
      reason: deficit > 0 ? null : 'sufficient',
      amount: deficit > 0 ? og(deficit) : null,
      fromRefund: deficit > 0 ? '0' : null,
      missing: null,
      required: og(required),
      target: og(target),
      deficit: og(deficit),
      burnRate: burn === null ? null : og(burn),
      runway,
      anomaly: null,
      firstDay: null,
      limits: { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: '0' },
      ...options.plan,
    },
    autoFunding:
      options.autoFunding === null
        ? null
        : {
            value: 'watching',
            edge: null,
            since: START,
            reason: 'sufficient',
            amount: null,
            lastTopUp: null,
            topUps: 0,
            paid: '0',
            failure: null,
            unsettledFee: '0',
            feeError: null,
            ...options.autoFunding,
          },
    dryAt: runway === null ? null : seconds + runway,
    service: options.model === undefined ? null : { model: options.model, url: options.url ?? '' },
  }
}

/** The ledger's own row: 2 stay, the trigger is 5 and the target 20, so 18 are deposited. */
export const depositRow = (more: Partial<DepositState> = {}): DepositState => ({
  action: 'deposit',
  reason: null,
  amount: og(18),
  missing: null,
  available: og(3.287),
  due: og(1.287),
  arriving: '0',
  spare: og(2),
  trigger: og(5),
  target: og(20),
  deficit: og(18),
  runway: 18_000,
  limits: { maxDeposit: null, maxLedger: null, budgetLeft: null, coolingUntil: 0 },
  ...more,
})

export const depositActor = (more: Partial<AutoDepositState> = {}): AutoDepositState => ({
  value: 'watching',
  edge: null,
  since: START,
  reason: 'sufficient',
  amount: null,
  lastDeposit: null,
  deposits: 0,
  paid: '0',
  failure: null,
  payerError: null,
  ...more,
})

/** Closing waits for the refunds: 5 OG are in the ledger, and 3 in two sub-accounts. */
export const closingProgress = (more: Partial<ClosingProgress> = {}): ClosingProgress => ({
  state: 'waiting',
  until: START / 1_000 + 4 * 3_600,
  home: og(5),
  locked: og(3),
  subAccounts: 2,
  hold: null,
  failure: null,
  ...more,
})

/** What lies in another version of a service. */
export function elsewhere(index: number, service: string, options: AccountOptions = {}): ElsewhereState {
  const { provider, account: state } = account(index, options)
  if (!state) throw new Error('There is no sub-account.')
  const serviceType = service.startsWith('inference') ? 'inference' : 'fine-tuning'
  return { ...state, provider, serviceType, service, lockTime: 86_400 }
}

export function stateOf(accounts: readonly SubAccountState[], rest: Partial<State> = {}): State {
  const others = rest.elsewhere ?? []
  const locked = [...accounts.map(({ account }) => account), ...others].reduce(
    (sum, one) => sum + BigInt(one?.balance ?? 0),
    0n,
  )
  return {
    block: { number: 4_812_377, timestamp: START / 1_000 },
    wallet: { address: WALLET, balance: og(99_874.120_34) },
    ledger: { available: og(82.316), locked: `${locked}`, total: `${locked + BigInt(og(82.316))}`, additionalInfo: '' },
    ledgerActor: null,
    closing: null,
    reading: { failures: 0, error: null, dropped: 0 },
    subAccounts: Object.fromEntries(accounts.map((one) => [one.key, one])),
    elsewhere: [],
    transactions: {},
    forecast: {
      ledgerDryAt: START / 1_000 + 5 * 86_400,
      gasDryAt: START / 1_000 + 400 * 86_400,
      burnRate: og(0.4 * accounts.length),
      deposits: [1, 7, 30].map((days) => ({ days, amount: og(Math.max(0, days * 9.6 * accounts.length * 0.1 - 20)) })),
    },
    deposit: null,
    autoDeposit: null,
    shortfall: '0',
    ...rest,
  }
}

/** An event so many seconds after the start, and the state after it. */
export type Step = [seconds: number, what: Happening, after: (state: State) => State]

/** The answer of the server. */
export function sceneOf(
  charts: readonly Chart[],
  base: State,
  steps: readonly Step[] = [],
  rest: Partial<Hello> = {},
): Scene {
  const history: Entry[] = []
  let state = base
  for (const [seconds, what, change] of steps) {
    const after = change(state)
    const patch = patchOf(state, after) ?? {}
    state = applyPatch(state, patch)
    history.push({ seq: history.length + 1, at: START + seconds * 1_000, block: state.block, patch, ...what })
  }
  return {
    state,
    hello: {
      protocol: 1,
      id: `scene.${history.length}`,
      version: '0.1.0',
      wallet: WALLET,
      network: { name: 'mainnet', chainId: '16661', explorer: 'https://chainscan.0g.ai' },
      actions: [],
      dryRun: false,
      charts,
      base,
      history,
      ...rest,
    },
  }
}

/** A sequence of positions with charges and top-ups. */
export function life(accounts: readonly SubAccountState[], minutes: number): Step[] {
  const steps: Step[] = []
  const left = new Map(accounts.map((one, index) => [one.key, 2 - (index % 7) * 0.09]))
  for (let tick = 0; tick < minutes * 6; tick += 1) {
    const seconds = tick * 10
    const changed = new Map<string, `${bigint}`>()
    accounts.forEach(({ key, plan, account: present }, index) => {
      if (!present || plan?.reason !== 'sufficient' || (tick + index * 3) % 11 !== 0) return
      const before = left.get(key) ?? 2
      const isLow = before < 2 && (tick + index) % 2 === 0
      const after = isLow ? 2 : Math.max(0.2, before - 0.11 - ((tick * 7 + index * 13) % 10) / 40)
      left.set(key, after)
      changed.set(key, og(after))
      const by = og(after - before)
      steps.push([
        seconds,
        { kind: 'fact', subject: key, fact: after < 2 ? 'balance.low' : 'balance.ample', change: by },
        (state) => state,
      ])
    })
    steps.push([
      seconds,
      { kind: 'position' },
      (state) => ({
        ...state,
        block: { number: 4_812_377 + tick * 4, timestamp: START / 1_000 + seconds },
        subAccounts: {
          ...state.subAccounts,
          ...Object.fromEntries(
            [...changed].flatMap(([key, available]) => {
              const one = state.subAccounts[key]
              return one?.account ? [[key, { ...one, account: { ...one.account, available, balance: available } }]] : []
            }),
          ),
        },
      }),
    ])
  }
  return steps
}
