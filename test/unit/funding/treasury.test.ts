import { JsonRpcProvider, Network, VoidSigner, Wallet } from 'ethers'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silent } from '../../../src/base/logger.ts'
import { createFeeOracle } from '../../../src/chain/fee-oracle.ts'
import { rpcOf } from '../../../src/chain/rpc.ts'
import { createSender } from '../../../src/chain/sender.ts'
import { createTreasury, type PayerConnection } from '../../../src/funding/treasury.ts'
import type { Journal } from '../../../src/transactions/journal.types.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { positionOf } from '../../support/positions.ts'
import { deposit, scriptedPort } from '../../support/scripted-port.ts'

test('a treasury whose signer never answers loses that deposit alone, and nothing is sent', async () => {
  vi.useFakeTimers()
  try {
    const port = scriptedPort({ sign: () => new Promise(() => undefined) })
    const connection = { wallet: 'treasury', chainId: 1n, genesis: '0x', transactions: port, blockTimeMs: () => 1_000 }
    const treasury = treasuryOn(() => Promise.resolve(connection))
    const hung = treasury.submit(deposit()).catch((error: Error) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await Promise.race([hung, Promise.resolve('waits')])).toMatchObject({ name: 'SigningError' })
    expect([port.sent, treasury.inFlight()]).toEqual([[], []])
    await treasury.close()
  } finally {
    vi.useRealTimers()
  }
})

test('a treasury whose key is connected after the end does not keep the broker from closing, and leaves no lane open', async () => {
  let connected: (connection: PayerConnection) => void = () => undefined
  let closed = 0
  const journal = { ...memoryJournal(), close: () => Promise.resolve(void (closed += 1)) }
  const treasury = treasuryOn(() => new Promise((resolve) => (connected = resolve)), journal)
  const opening = treasury.open().catch((error: unknown) => error)
  await treasury.close()
  // It answers after all.
  const port = scriptedPort()
  connected({ wallet: 'treasury', chainId: 1n, genesis: '0x', transactions: port, blockTimeMs: () => 1_000 })
  expect(await opening).toMatchObject({ name: 'AbortedError' })
  await expect(treasury.submit(deposit())).rejects.toMatchObject({ name: 'AbortedError' })
  expect([port.sent, closed]).toEqual([[], 1])
})

test('a treasury reads its balance by the sender of its own key', async () => {
  const network = Network.from(31_337)
  const provider = new JsonRpcProvider('http://127.0.0.1:1', network, { staticNetwork: network })
  provider.send = () => Promise.resolve('0x7')
  const [rpc, signer] = [await rpcOf(provider), Wallet.createRandom()]
  const feeOracle = createFeeOracle(rpc)
  const own = { wallet: signer.address, chainId: 31_337n, blockTimeMs: () => 1_000 }
  const transactions = createSender({
    ...own,
    signer,
    rpc,
    feeOracle,
    addresses: { ledger: own.wallet, inference: own.wallet },
  })
  const treasury = treasuryOn(() => Promise.resolve({ ...own, genesis: '0x', transactions }))
  await treasury.refresh({ number: 5, timestamp: 1_000 })
  expect([treasury.error(), treasury.balance(positionOf([]))]).toEqual([null, 7n])
  await treasury.close()
})

function treasuryOn(connectPayer: () => Promise<PayerConnection>, journal: Journal = memoryJournal()) {
  return createTreasury(
    { signer: new VoidSigner(`0x${'11'.repeat(20)}`), journal },
    {
      wallet: 'hot key',
      connectPayer,
      journalOf: () => Promise.resolve(memoryJournal()),
      positions: { notBefore: () => undefined, nudge: () => undefined },
      report: { onChange: () => undefined },
      maxFeePerGas: null,
      signTimeoutMs: 5_000,
      clock: systemClock,
      logger: silent,
      inspected: () => ({}),
    },
  )
}
