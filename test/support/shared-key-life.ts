import { parseEther as og } from 'ethers'
import type { Connected } from '../../src/chain/connect.ts'
import type { Call } from '../../src/chain/port.ts'
import { WrongChainError } from '../../src/base/not-sent-errors.ts'
import { memoryJournal, type Broker, type Journal } from '../../src/index.ts'
import { bentWorld } from './bent-world.ts'
import { EXACT } from './exact.ts'

/** The required amount with default options: 2 × 1 OG. */
export const REQUIRED = og('2')
export const DEPOSIT = og('500')

/** What the node says to each broadcast: it takes the bytes, refuses them, or takes them and says that it refuses. */
export type NodeMood = 'takes' | 'refuses' | 'takes and refuses'

export type Step =
  | { type: 'spend'; provider: number; amount: bigint }
  | { type: 'advance'; seconds: number }
  /** Another program with the key sends a transfer of nothing, or a deposit of 1 OG. */
  | { type: 'foreign'; deposits: boolean }
  /** The node mines the next transactions so many blocks late: until then they wait in its pool. */
  | { type: 'late'; blocks: number }
  /** The node forgets the wallet's pending transactions, those of the other program too. */
  | { type: 'forget' }
  /** The last blocks are mined anew without the wallet's transactions: a foreign one is gone, and leaves a gap below ours. */
  | { type: 'reorganise'; depth: number; forgets: boolean }
  | { type: 'restart'; losesJournal: boolean }
  | { type: 'signer'; hangs: boolean }
  | { type: 'chain'; isSwitched: boolean }
  | { type: 'node'; mood: NodeMood }
  /** The disk of the journal takes no records, or takes them again. */
  | { type: 'disk'; isFull: boolean }

const NO_FUNDS = {
  grade: 'final',
  reason: 'insufficient-funds',
  message: 'insufficient funds for gas * price + value',
} as const
const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
const NOTHING: Call = { contract: 'wallet', method: 'fillNonce', args: [] }
const ONE: Call = { contract: 'ledger', method: 'depositFund', args: [], value: og('1') }

const sumOf = (charges: readonly { amount: bigint }[]): bigint => charges.reduce((sum, { amount }) => sum + amount, 0n)

/** One wallet, a broker that auto-funds its providers, another program with the key, and what goes wrong between them. */
export async function sharedKeyLife({ seed, providers: count }: { seed: number; providers: number }) {
  const world = bentWorld({ seed, inference: count })
  const { chain, wallet } = world
  const providers = chain.providers.map(({ address }) => address)
  const other = chain.connect(wallet, { pushesBlocks: false }).transactions
  let journal = memoryJournal()
  let mood: NodeMood = 'takes'
  let isSwitched = false
  let isFull = false
  let awake: Promise<void> | null = null
  let wake = (): void => undefined
  let program = { isOver: false }
  /** What was charged on the branch that the chain has now. */
  let charges: { block: number; amount: bigint }[] = []
  /** By how much reorganisations have lessened charges: what was paid for them stays in the sub-accounts. */
  let uncharged = 0n
  chain.onEvent(({ name, args }, { number: block }) => {
    if (name === 'FundSpent' && typeof args['amount'] === 'bigint') charges.push({ block, amount: args['amount'] })
  })
  let broker = await open()
  await world.until(broker.ledger.addLedger(DEPOSIT))
  chain.makeFinal()
  begin()
  await world.advance(20)
  chain.setAutomine(false)

  return {
    get broker(): Broker {
      return broker
    },
    position: world.position,
    advance: world.advance,
    take,
    heal,
    uncharged: () => uncharged,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }

  function open(): Promise<Broker> {
    const own = (program = { isOver: false })
    const inner = journal
    const disk: Journal = { ...journal, append: (record) => (isFull ? Promise.reject(FULL) : inner.append(record)) }
    return world.open({ journal: disk, intervalMs: 5_000, bend: (connected) => bend(connected, own) })
  }

  function begin(): void {
    for (const one of providers) broker.inference.startAutoFunding(one, EXACT)
  }

  function bend(connected: Connected, own: { isOver: boolean }): Connected {
    const { transactions: port } = connected
    if (!port) return connected
    return {
      ...connected,
      transactions: {
        ...port,
        checkChain: () =>
          isSwitched ? Promise.reject(new WrongChainError({ expected: 1n, actual: 2n })) : port.checkChain(),
        async sign(call, how) {
          if (awake) await awake
          return own.isOver || !port.sign ? new Promise(() => undefined) : port.sign(call, how)
        },
        async broadcast(raw) {
          if (own.isOver) return new Promise(() => undefined)
          if (mood === 'refuses') return NO_FUNDS
          const answer = await port.broadcast(raw)
          return mood === 'takes' ? answer : NO_FUNDS
        },
      },
    }
  }

  async function take(step: Step): Promise<void> {
    switch (step.type) {
      case 'spend':
        return chain.spend(providers[step.provider % providers.length] ?? '', wallet, step.amount)
      case 'advance':
        return world.advance(step.seconds)
      case 'foreign':
        return sendForeign(step.deposits ? ONE : NOTHING)
      case 'late':
        return chain.fail('late', { times: 2, blocks: step.blocks })
      case 'forget':
        return chain.dropTransactions()
      case 'reorganise':
        return reorganise(step)
      case 'restart':
        return restart(step)
      case 'signer':
        wake()
        awake = step.hangs ? new Promise((resolve) => (wake = resolve)) : null
        return
      case 'chain':
        isSwitched = step.isSwitched
        return
      case 'node':
        mood = step.mood
        return
      case 'disk':
        isFull = step.isFull
    }
  }

  /** The next block mines the charges again, as far as the sub-accounts hold them without the top-ups that are gone. */
  function reorganise({ depth, forgets }: { depth: number; forgets: boolean }): void {
    const before = sumOf(charges)
    const kept = chain.head().number - depth
    chain.reorganise(depth)
    charges = charges.filter(({ block }) => block <= kept)
    if (forgets) chain.dropTransactions()
    chain.mine()
    const after = sumOf(charges)
    if (after < before) uncharged += before - after
  }

  async function sendForeign(call: Call): Promise<void> {
    if (!other?.sign) throw new Error('It signs.')
    const nonce = await other.transactionCount('pending')
    const { raw } = await other.sign(call, { nonce, gasLimit: 300_000n, fees: await other.fees() })
    await other.broadcast(raw)
  }

  /** A process that loses its journal is killed: nothing of it goes on. */
  async function restart({ losesJournal }: { losesJournal: boolean }): Promise<void> {
    program.isOver = true
    await broker.close()
    if (losesJournal) journal = memoryJournal()
    broker = await open()
    begin()
  }

  function heal(): void {
    mood = 'takes'
    isSwitched = false
    isFull = false
    wake()
    awake = null
    chain.heal()
  }
}
