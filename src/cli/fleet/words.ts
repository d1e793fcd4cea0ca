import type { Logger } from '../../index.ts'
import { sentenceOf } from '../../base/error-sentence.ts'
import { short } from '../screen/words.ts'
import type { FleetConfig, FleetPolicy } from './config.ts'
import type { NamedWallet } from './keys.ts'

export type FleetWordsOptions = {
  wallets: readonly NamedWallet[]
  policies: ReadonlyMap<string, FleetPolicy | undefined>
  /** A database shares the wallets with other processes. */
  isShared: boolean
}

/** What a fleet will do, in lines. */
export function fleetWords(config: FleetConfig, { wallets, policies, isShared }: FleetWordsOptions): string[] {
  const counts = config.policies.map(
    (policy) => wallets.filter(({ address }) => policies.get(address) === policy).length,
  )
  const without = wallets.filter(({ address }) => policies.get(address) === undefined)
  const { budget, capacity = wallets.length } = config
  const most = isShared ? `, of which this process claims ${Math.min(capacity, wallets.length)} at most` : ''
  const payers = isShared
    ? `All wallets of the budget "${budget?.name ?? 'fleet'}" in this database, whichever process has them,`
    : 'All wallets of this process together'
  return [
    `${count(wallets.length)}${most}.`,
    ...config.policies.map(
      (policy, index) => `${policy.wallets.join(', ')} (${count(counts[index] ?? 0)}): ${doneFor(policy)}.`,
    ),
    ...(without.length > 0
      ? [
          `No policy matches ${count(without.length)}, such as ${short(without[0]?.address ?? '')}: nothing is sent there.`,
        ]
      : []),
    ...(budget ? [`${payers} pay at most ${budget.amount} OG in ${budget.per}.`] : []),
  ]
}

const count = (wallets: number): string => `${wallets} ${wallets === 1 ? 'wallet' : 'wallets'}`

function doneFor({ providers, autoDeposit, budget, autoClaim }: FleetPolicy): string {
  const funded = providers.map(({ provider, service, terms: { target, maxTopUp } }) => {
    const limits = [
      ...(target === undefined ? [] : [`to ${target}`]),
      ...(maxTopUp === undefined ? [] : [`at most ${maxTopUp} OG at once`]),
    ]
    return `${service} with ${short(provider)}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`
  })
  const parts = [
    ...(funded.length > 0 ? [`keeps ${funded.join(' and ')} funded`] : []),
    ...(autoDeposit ? ['fills the ledger from the wallet'] : []),
    ...(budget ? [`pays providers at most ${budget.amount} OG in ${budget.per}`] : []),
    ...(autoClaim ? ['claims refunds'] : []),
  ]
  return parts.length === 0 ? 'read only' : parts.join(', ')
}

/** What a person must hear of: warnings and errors of the fleet and its database, without what an event says already. */
export function noticeLogger(say: (text: string) => void): Logger {
  const spoken = (details: object, message: string): void => {
    if ('type' in details) return
    const { wallet, err } = details as { wallet?: string; err?: unknown }
    const why = err instanceof Error ? `: ${sentenceOf(err)}` : ''
    say(`${wallet === undefined ? '' : `${short(wallet)}: `}${message}${why}`)
  }
  return { debug: () => undefined, info: () => undefined, warn: spoken, error: spoken }
}
