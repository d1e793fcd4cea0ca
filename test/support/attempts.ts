import type { Call, Fees } from '../../src/chain/port.ts'
import type { JournalRecord } from '../../src/index.ts'
import { priceOf } from '../../src/testing/gas.ts'
import type { SimulatedChain } from '../../src/testing/simulated-chain.ts'

const BASE_FEE = 10n ** 9n

/** Every transaction that a wallet signed or sent, and what the chain says of it: the journal may lack its receipt. */
export function createAttempts(
  { chain, wallet }: { chain: SimulatedChain; wallet: string },
  { records }: { records: readonly JournalRecord[] },
) {
  const made = new Map<string, { call: Call; fees: Fees }>()
  const port = chain.connect(wallet, { pushesBlocks: false }).transactions

  return {
    add: (hash: string, call: Call, fees: Fees): void => void made.set(hash, { call, fees }),
    /** The mined ones, with the intent of each and the price of its gas in wei. */
    mined,
    /** The sum of the mined payments that budgets count. */
    async paid(): Promise<bigint> {
      const counted = (await mined()).filter(({ intent, status }) => intent.decidedAt !== null && status === 1)
      return counted.reduce((sum, { intent }) => sum + intent.amount, 0n)
    },
    /** Block times of the mined retrieves, without those of claims. */
    async askedBackAt(): Promise<number[]> {
      const { number, timestamp } = chain.head()
      return (await mined())
        .filter(({ intent }) => intent.call.method === 'retrieveFund' && !intent.claim)
        .map(({ blockNumber }) => timestamp - (number - blockNumber))
    },
    async gasSpent(): Promise<bigint> {
      return (await mined()).reduce((sum, { gasUsed, price }) => sum + gasUsed * price, 0n)
    },
  }

  async function mined() {
    const prepared = records.filter((record) => record.type === 'prepared')
    const attempts = [...made].flatMap(([hash, { call, fees }]) => {
      const own = prepared.find(({ intent }) => intent.call === call)
      return own ? { hash, intent: own.intent, price: priceOf(fees, BASE_FEE) ?? 0n } : []
    })
    const found = await Promise.all(
      attempts.map(async ({ hash, ...one }) => {
        const receipt = await port?.mined(hash).catch(() => null)
        return receipt ? { ...one, ...receipt } : []
      }),
    )
    return found.flat()
  }
}
