import { parseEther as og, type Wallet } from 'ethers'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { callsOn } from '../../support/crowd.ts'
import { placeOf, run, start, type Ended } from './cli-process.ts'

const LOCK = 3_600

let chain: LocalChain
let wallets: Wallet[]
let place: string[]
let alice: LocalProvider
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-'))
  chain = await localChain({ lockTime: LOCK, wallets: 5 })
  wallets = [...chain.wallets]
  ;[alice] = chain.inference as [LocalProvider]
  place = placeOf(chain, { fineTuning: true })
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test('close shows its plan, sends what can be sent and names the commands that continue; auto-fund continues and funds nothing', async () => {
  const wallet = await funded()
  const { code, json, stderr } = await cli(wallet, 'close', '--yes')
  const [plan] = json
  const { unlocksAt } = await refundOf(wallet)
  expect(code).toBe(0)
  expect(plan).toMatchObject({
    v: 1,
    type: 'closing-plan',
    subAccounts: [{ provider: alice.address, balance: wei('2'), refunds: [{ amount: wei('2'), isRequested: false }] }],
    transactions: 3,
    home: wei('10'),
    gas: { missing: '0' },
  })
  expect(json.at(-1)).toMatchObject({ type: 'closing', state: 'waiting', until: unlocksAt + CLAIM_MARGIN, hold: null })
  expect(stderr).toContain('may change')
  expect(stderr).toContain('retrieveFund was mined in block')

  const status = await run(['status', '--address', wallet.address, ...place])
  expect(status.json()).toMatchObject([{ closing: { state: 'waiting', until: unlocksAt + CLAIM_MARGIN } }])
  const transfer = await cli(wallet, 'transfer', alice.address, 'inference', '1', '--yes')
  expect(transfer).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('og-ledger close --cancel') as string,
  })

  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify({ intervalMs: 100, providers: [{ provider: alice.address }] }))
  const funding = start(['auto-fund', '--config', config, '--yes', ...place], keyOf(wallet))
  await funding.line((line) => line.includes('"closing":{') && line.includes('"waiting"'))
  await mineAt(unlocksAt + CLAIM_MARGIN)
  const ended = await funding.ended
  expect(ended).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('go on with that, and fund nothing') as string,
  })
  const positions = ended.json().filter((line) => (line as { type: string }).type === 'position')
  expect(positions.at(-1)).toMatchObject({ ledger: null, subAccounts: [{ state: 'closed' }] })
  expect(await ledgerOf(wallet)).toBeNull()
})

test('close --wait stays to the end, and closes at once where nothing is locked', async () => {
  const wallet = await funded()
  const closing = start(['close', '--wait', '--interval-ms', '100', '--yes', ...place], keyOf(wallet))
  await closing.line((line) => line.includes('"closing"') && line.includes('"waiting"'))
  const { unlocksAt } = await refundOf(wallet)
  await mineAt(unlocksAt + CLAIM_MARGIN)
  const { code, json } = await closing.ended
  const states = json().map(
    (line) => (line as { state?: string; type: string }).state ?? (line as { type: string }).type,
  )
  expect([code, states[0], states.at(-1)]).toEqual([0, 'closing-plan', 'receipt'])
  expect(states).toContain('withdrawing')
  expect(await ledgerOf(wallet)).toBeNull()

  const idle = nextWallet()
  await transact(idle, [callsOn(chain).open('4')])
  const atOnce = await cli(idle, 'close', '--yes')
  expect(atOnce).toMatchObject({ code: 0 })
  expect(atOnce.json.at(-1)).toMatchObject({ type: 'receipt', command: 'close', sent: true, success: true })
})

test('Ctrl-C ends the wait but not the closing; close --cancel ends the closing and says what stays locked', async () => {
  const wallet = await funded()
  const closing = start(['close', '--wait', '--interval-ms', '100', '--yes', ...place], keyOf(wallet))
  await closing.line((line) => line.includes('"closing"') && line.includes('"waiting"'))
  closing.interrupt()
  const { code, stderr } = await closing.ended
  expect(code).toBe(130)
  expect(stderr).toContain('The wait was interrupted; the ledger is still being closed.')

  const { unlocksAt } = await refundOf(wallet)
  const cancelled = await cli(wallet, 'close', '--cancel', '--yes')
  expect(cancelled).toMatchObject({
    code: 0,
    json: [
      {
        v: 1,
        type: 'closing-cancelled',
        available: wei('8'),
        free: '0',
        locked: [{ provider: alice.address, serviceType: 'inference', amount: wei('2'), until: unlocksAt }],
      },
    ],
  })
  const again = await cli(wallet, 'close', '--cancel', '--yes')
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('not being closed') as string })
  expect(await cli(wallet, 'close', '--cancel', '--wait')).toMatchObject({ code: 2 })
  expect(await ledgerOf(wallet)).toEqual([og('8'), og('10')])
})

test('watch continues a closing with the key, and says so without it', async () => {
  const wallet = await funded()
  await cli(wallet, 'close', '--yes')
  const options = ['--interval-ms', '100', ...place]
  const looking = start(['watch', '--address', wallet.address, ...options])
  await looking.line((line) => line.includes('nothing is sent without its key'))
  await looking.line((line) => line.includes('"closing":{'))
  const watching = start(['watch', ...options], keyOf(wallet))
  await watching.line((line) => line.includes('watching continues the closing'))
  const { unlocksAt } = await refundOf(wallet)
  await mineAt(unlocksAt + CLAIM_MARGIN)
  for (const one of [watching, looking]) {
    await one.line((line) => line.includes('"ledger":null'))
    one.interrupt()
    expect((await one.ended).code).toBe(0)
  }
})

/** A wallet with a ledger of 10 OG, 2 of them with a provider. */
async function funded(): Promise<Wallet> {
  const wallet = nextWallet()
  const { open, transfer } = callsOn(chain)
  await transact(wallet, [open('10'), transfer(alice.address, '2')])
  return wallet
}

function nextWallet(): Wallet {
  const wallet = wallets.pop()
  if (!wallet) throw new Error('The chain has too few wallets.')
  return wallet
}

const keyOf = ({ privateKey }: Wallet) => ({ PRIVATE_KEY: privateKey })
const wei = (amount: string): string => String(og(amount))

async function cli(wallet: Wallet, ...args: string[]): Promise<Omit<Ended, 'json'> & { json: unknown[] }> {
  const ended = await run([...args, ...place], keyOf(wallet))
  return { ...ended, json: ended.json() }
}

async function refundOf(wallet: Wallet): Promise<{ unlocksAt: number }> {
  const ask = chain.contracts.inference.getFunction('getAccount')
  const { refunds } = (await ask.staticCall(wallet.address, alice.address)) as { refunds: { createdAt: bigint }[] }
  return { unlocksAt: Number(refunds[0]?.createdAt) + LOCK }
}

/** Available and total; null where there is none. */
async function ledgerOf({ address }: Wallet): Promise<[bigint, bigint] | null> {
  const ask = chain.contracts.ledger.getFunction('getLedger')
  return ask.staticCall(address).then(
    ({ availableBalance, totalBalance }: Record<string, bigint>) => [availableBalance ?? 0n, totalBalance ?? 0n],
    () => null,
  )
}

async function mineAt(timestamp: number): Promise<void> {
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.mine()
}
