import { parseEther } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHandler } from '../../../examples/serverless/handler.ts'
import { createBroker, decode, memoryJournal, type Receipt } from 'og-ledger'
import { migrate } from 'og-ledger/postgres'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

let chain: LocalChain
let postgres: TestPostgres
let used = 0

beforeAll(async () => {
  postgres = await startPostgres()
  await migrate({ pool: postgres.pool() })
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 2 })
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

/** A wallet with a ledger of 10 OG. */
async function funded() {
  const signer = chain.wallets[used++]
  if (!signer) throw new Error('The chain has no more wallets.')
  await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
  await broker.ledger.addLedger('10')
  return signer
}

/** A machine of its own, with its connections to the database. */
function machine(signer: Awaited<ReturnType<typeof funded>>, limitMs = 30_000) {
  const { network } = chain
  const pool = postgres.pool({ max: 2 })
  const terms = { pool, chainId: BigInt(network.chainId), provider: provider(), limitMs }
  const handler = createHandler({ signer, network }, terms)
  return () => handler(new Request('http://function.test/'))
}

const provider = () => chain.inference[0]?.address ?? ''

test('three functions at once pay once, and each answers that the provider can charge', async () => {
  const signer = await funded()
  const before = await signer.getNonce()
  const answers = await Promise.all([machine(signer), machine(signer), machine(signer)].map((call) => call()))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  const receipts = await Promise.all(answers.map(async (answer) => decode<Receipt | null>(await answer.text())))
  const paid = receipts.filter((receipt) => receipt !== null)
  expect(paid).toEqual([expect.objectContaining({ success: true, gasUsed: expect.any(BigInt) as bigint })])
  expect(await signer.getNonce()).toBe(before + 1)
  await using broker = await createBroker({ provider: chain.provider, address: signer.address, network: chain.network })
  const [account] = (await broker.position()).subAccounts
  expect(account?.available).toBe(parseEther('2'))
})

test('a function whose time is over says so, and the next one finds what it has sent', async () => {
  const signer = await funded()
  const before = await signer.getNonce()
  await chain.setAutomine(false)
  const late = await machine(signer, 1_500)()
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
  expect(decode(await late.text())).toMatchObject({ name: 'NotFundedError', retryable: true })
  expect(await signer.getNonce('pending')).toBe(before + 1)

  const next = machine(signer)()
  await chain.mine()
  await chain.setAutomine(true)
  await chain.mine()
  expect((await next).status).toBe(200)
  expect(await signer.getNonce()).toBe(before + 1)
})
