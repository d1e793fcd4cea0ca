import { parseEther as og, type Wallet } from 'ethers'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../src/local/transact.ts'
import { OgLedgerError } from '../../src/index.ts'
import type { LocalChain } from './chain.ts'
import { callsOn, strangers } from './crowd.ts'

const LOCKS = [3_600, 5_400, 7_200] as const

/**
 * Random events in the life of a wallet: deposits, transfers, retrieves, charges, revoked tokens, time that passes, locks
 * that change. A call that the contracts refuse costs gas and changes nothing else.
 */
export function createHistory(chain: LocalChain, wallet: Wallet, random: () => number) {
  const calls = callsOn(chain)
  const providers = [...chain.inference, ...chain.fineTuning]
  const accounts = [
    ...providers.map(({ address, serviceType }) => ({ address, serviceType })),
    ...strangers.slice(0, 3).map((address) => ({ address, serviceType: 'inference' as const })),
    ...strangers.slice(0, 2).map((address) => ({ address, serviceType: 'fine-tuning' as const })),
  ]
  let settled = 0n

  const acts: readonly [number, () => Promise<void>][] = [
    [2, () => sends(callOf(chain.contracts.ledger, 'depositFund', [], og(upTo(20))))],
    [6, () => sends(...times(3, () => toAccount((one) => calls.transfer(one.address, upTo(3), one.serviceType))))],
    [4, () => sends(...times(2, () => toAccount((one) => calls.retrieve([one.address], one.serviceType))))],
    [4, () => charge(one(providers))],
    [1, () => sends(toAccount(({ address }) => calls.revokeToken(address)))],
    [2, () => chain.warp(Math.floor(random() * 5_000))],
    [1, () => setLocks(one(LOCKS))],
  ]

  return {
    /** The sum that providers charged. */
    settled: (): bigint => settled,
    open: (): Promise<void> => sends(calls.open(upTo(40, 10))),
    /** Plays that many random events, one after another. */
    async happens(count: number): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        const total = acts.reduce((sum, [weight]) => sum + weight, 0)
        let at = random() * total
        await acts.find(([weight]) => (at -= weight) < 0)?.[1]()
      }
    },
    charge: (): Promise<void> => charge(one(providers)),
    setLocks: (): Promise<void> => setLocks(one(LOCKS)),
  }

  function one<T>(some: readonly T[]): T {
    const [found] = some.slice(Math.floor(random() * some.length))
    if (found === undefined) throw new Error('The list to choose from is empty.')
    return found
  }

  function upTo(most: number, least = 0.01): string {
    return (least + random() * (most - least)).toFixed(4)
  }

  function toAccount(call: (account: (typeof accounts)[number]) => Call): Call {
    return call(one(accounts))
  }

  async function sends(...some: Call[]): Promise<void> {
    await transact(wallet, some).catch(ifRefused)
  }

  async function charge({ address, serviceType, settle }: LocalProvider): Promise<void> {
    const serving = serviceType === 'inference' ? chain.contracts.inference : chain.contracts.fineTuning
    const balance = await serving
      .getFunction('getAccount')(wallet.address, address)
      .then(
        (account: { balance: bigint }) => account.balance,
        () => 0n,
      )
    if (balance === 0n) return
    const fee = random() < 0.3 ? balance : BigInt(Math.floor(random() * Number(balance / 10n ** 6n))) * 10n ** 6n + 1n
    await settle(wallet.address, fee)
    settled += fee
  }

  async function setLocks(seconds: number): Promise<void> {
    const { owner, inference, fineTuning } = chain.contracts
    await transact(
      owner,
      [inference, fineTuning].map((serving) => callOf(serving, 'updateLockTime', [seconds])),
    )
  }

  function times(most: number, call: () => Call): Call[] {
    return Array.from({ length: 1 + Math.floor(random() * most) }, call)
  }
}

function ifRefused(error: unknown): void {
  if (!(error instanceof OgLedgerError)) throw error
}
