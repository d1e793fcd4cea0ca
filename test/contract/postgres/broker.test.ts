import { parseEther } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, health, JournalError, type JournalRecord, type LeasedJournal } from 'og-ledger'
import { migrate, postgresJournal } from 'og-ledger/postgres'
import { fundBeforeRequests } from '../../../examples/recipes/serverless-postgres.ts'
import { severalMachines } from '../../../examples/several-machines.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, REQUIRED } from '../../support/low-wallet.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let postgres: TestPostgres
let pool: Pool

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0, wallets: 8 })
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

let used = 0
const user = () => {
  const wallet = chain.wallets[used++]
  if (!wallet) throw new Error('The chain has no more wallets.')
  return wallet
}
const provider = () => {
  const [first] = chain.inference
  if (!first) throw new Error('The chain has no provider.')
  return first
}
const journalOf = (wallet: string, more = {}) =>
  postgresJournal({ pool, chainId: chain.network.chainId, wallet, ...more })
const expire = (wallet: string) =>
  pool.query(`update og_ledger.og_ledger_wallets set expires_at = clock_timestamp() where wallet = decode($1, 'hex')`, [
    wallet.slice(2),
  ])
const brokerWith = (signer: ReturnType<typeof user>, journal: LeasedJournal) =>
  createBroker({ signer, network: chain.network, journal, signal: journal.lost, intervalMs: 200 })

test('a broker whose lease is lost sends nothing, says so, and closes', async () => {
  const signer = user()
  const journal = await journalOf(signer.address, { holder: 'first' })
  const broker = await brokerWith(signer, journal)
  await broker.ledger.depositFund('20')
  const sent = await signer.getNonce()
  await expire(signer.address)
  const next = await journalOf(signer.address, { holder: 'second' })
  const refusal = await broker.ledger.depositFund('1').catch((error: unknown) => error)
  expect(refusal).toMatchObject({ name: 'LeaseLostError', facts: { holder: 'second', epoch: '1' } })
  expect(broker.refusal()).toBe(refusal)
  expect(health(broker).checks.journal).toMatchObject({ status: 'fail' })
  expect(await broker.ledger.depositFund('1').catch((error: Error) => error.name)).toMatch(/LeaseLost|Aborted/)
  expect([await signer.getNonce(), await signer.getNonce('pending')]).toEqual([sent, sent])
  await broker.close()
  const other = await brokerWith(signer, next)
  expect((await other.ledger.depositFund('1')).success).toBe(true)
  await other.close()
})

test('functions that run at the same time take turns, and only the first one pays', async () => {
  const low = await lowWallet(chain, [provider()])
  const options = { signer: low.wallet, network: chain.network, intervalMs: 200 }
  const where = { pool, chainId: chain.network.chainId, provider: provider().address }
  await Promise.all(Array.from({ length: 3 }, () => fundBeforeRequests(options, where)))
  expect(await outcomeOf(chain, low)).toMatchObject({ mined: 1, waiting: 0 })
})

test('budgets and the wish to close move to the machine that takes over', async () => {
  const low = await lowWallet(chain, [provider()])
  const budget = { amount: '1.6', per: '24h' as const }
  const start = (broker: Awaited<ReturnType<typeof createBroker>>) =>
    broker.inference.startAutoFunding(provider().address, { target: 2, minTopUp: 0n, budget })
  const first = await brokerWith(low.wallet, await journalOf(low.wallet.address))
  start(first)
  await until(async () => (await first.position()).subAccounts[0]?.available === parseEther('2'))
  await first.close()
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))

  await provider().settle(low.wallet.address, parseEther('1'))
  const second = await brokerWith(low.wallet, await journalOf(low.wallet.address))
  start(second)
  await until(async () => {
    const [decision] = (await second.plan()).decisions
    return decision?.action === 'hold' && decision.reason === 'budget-exhausted'
  })
  await second.close()

  const closing: JournalRecord = { type: 'closing', id: 'wish', at: 1 }
  const between = await journalOf(low.wallet.address)
  await between.load()
  await between.append(closing)
  await between.close()
  const third = await brokerWith(low.wallet, await journalOf(low.wallet.address))
  expect(() => start(third)).toThrow(/being closed/)
  await third.close()
})

test('while the database is away nothing is sent, positions are read, and the need is paid once it is back', async () => {
  const low = await lowWallet(chain, [provider()])
  const journal = await journalOf(low.wallet.address, { leaseMs: 3_000 })
  const lines: string[] = []
  const note = (_: object, message: string) => void lines.push(message)
  const broker = await createBroker({
    signer: low.wallet,
    network: chain.network,
    journal,
    signal: journal.lost,
    intervalMs: 200,
    logger: { debug: note, info: note, warn: note, error: note },
  })
  await postgres.stop()
  await until(() => broker.refusal() !== null)
  // Auto-funding may begin in an outage.
  broker.inference.startAutoFunding(provider().address, { intervalMs: 200, target: 2, minTopUp: 0n })
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'journal-unavailable')
  const { block } = await broker.position()
  await chain.mine()
  expect((await broker.position()).block.number).toBeGreaterThan(block.number)
  expect(health(broker).checks.journal.message).toMatch(
    /^Nothing can be sent\. The database of the journal does not answer/,
  )
  expect(await broker.ledger.depositFund('1').catch((error: Error) => error.name)).toBe('NotRecordedError')
  await postgres.start()
  await until(async () => (await broker.position()).subAccounts[0]?.available === parseEther('2'))
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')
  await broker.close()
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('a wallet that signs only while it sends, another wallet, and a key without a shared journal are refused', async () => {
  const signer = user()
  const journal = await journalOf(signer.address)
  const sending = await chain.provider.getSigner(signer.address)
  const open = (more: object) =>
    createBroker({ signer, network: chain.network, journal, ...more }).catch((error: Error) => error.message)
  expect(await open({ signer: sending })).toMatch(/^A wallet that signs only while it sends cannot share its journal/)
  expect(await open({ signer: user() })).toMatch(/^The journal is the lease of another wallet/)
  const broker = await brokerWith(signer, journal)
  broker.ledger.startAutoDeposit({ trigger: '5', target: '20', from: user() })
  await until(() => /needs a journal that all machines share/.test(broker.ledger.autoDepositStatus()?.payerError ?? ''))
  await broker.close()
})

test('five requests at once in one process, each with a journal of its own, share the lease, pay once and get five answers', async () => {
  const low = await lowWallet(chain, [provider()])
  const request = async () => {
    const journal = await journalOf(low.wallet.address)
    await using broker = await brokerWith(low.wallet, journal)
    return await broker.inference.ensureFunded(provider().address, REQUIRED)
  }
  const answers = await Promise.all(Array.from({ length: 5 }, request))
  expect(answers.filter((answer) => answer !== null)).toMatchObject([{ success: true, warnings: [] }])
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
  const { rows } = await pool.query('select holder, epoch from og_ledger.og_ledger_wallets where wallet = $1', [
    Buffer.from(low.wallet.address.slice(2), 'hex'),
  ])
  // The last one has handed the lease back; where it was handed back in between, another one has claimed it anew.
  expect(rows).toEqual([{ holder: null, epoch: expect.stringMatching(/^[1-5]$/) as string }])
})

test('a journal is bound to the first block of its broker’s chain, and refused on another chain with the same id', async () => {
  const signer = user()
  const first = await brokerWith(signer, await journalOf(signer.address))
  await first.ledger.depositFund('20')
  await first.close()
  const otherChain = `0x${'ab'.repeat(32)}`
  await expect(journalOf(signer.address, { genesis: otherChain })).rejects.toThrow(JournalError)
  await pool.query(`update og_ledger.og_ledger_wallets set genesis = $1 where wallet = $2`, [
    Buffer.from(otherChain.slice(2), 'hex'),
    Buffer.from(signer.address.slice(2), 'hex'),
  ])
  const second = await brokerWith(signer, await journalOf(signer.address))
  expect(second.refusal()).toMatchObject({ name: 'JournalError', facts: { found: otherChain } })
  await expect(second.ledger.depositFund('1')).rejects.toThrow('belongs to a chain with another first block')
  expect((await second.position()).ledger?.total).toBe(parseEther('20'))
  await second.close()
})

test('several-machines sends from one machine after the other', async () => {
  const signer = user()
  const lines: string[] = []
  const run = (name: string, stop: AbortController) =>
    severalMachines(
      { signer, network: chain.network, intervalMs: 200 },
      {
        pool,
        chainId: chain.network.chainId,
        provider: provider().address,
        signal: stop.signal,
        say: (line) => lines.push(`${name}: ${line}`),
      },
    )
  const [one, two] = [new AbortController(), new AbortController()]
  const first = run('one', one)
  await until(() => lines.includes('one: this machine sends'))
  const second = run('two', two)
  one.abort()
  await first
  await until(() => lines.includes('two: this machine sends'))
  two.abort()
  await second
  expect(lines).toEqual([
    'one: this machine sends',
    'one: another machine may send',
    'two: this machine sends',
    'two: another machine may send',
  ])
})
