import { describe, expect, test } from 'vitest'
import { openBroker } from '../../../src/broker.ts'
import type { Call, TransactionPort } from '../../../src/chain/port.ts'
import { memoryJournal } from '../../../src/index.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'
import type { SimulatedChainOptions } from '../../../src/testing/index.ts'
import { createSimulatedChain, type SimulatedChain } from '../../../src/testing/simulated-chain.ts'
import { EXACT } from '../../support/exact.ts'

const OG = 10n ** 18n
const wallet = fakeAddress('wallet')
const deposit: Call = { contract: 'ledger', method: 'depositFund', args: [], value: 10n * OG }

describe('time', () => {
  test('passes only by advance(), in whole blocks', () => {
    const chain = createSimulatedChain({ blockTime: 2, startAt: 1_000 })
    chain.advance(3)
    const odd = chain.head()
    chain.advance(3)
    expect([odd, chain.head()]).toEqual([
      { number: 1, timestamp: 1_002 },
      { number: 3, timestamp: 1_006 },
    ])
  })

  test('a year of empty blocks is only counted', () => {
    const chain = createSimulatedChain({ startAt: 0 })
    chain.advance(31_536_000)
    expect(chain.head()).toEqual({ number: 31_536_000, timestamp: 31_536_000 })
  })

  test('a block listener receives each new head until it unsubscribes', () => {
    const chain = createSimulatedChain()
    const heard: number[] = []
    const stop = chain.onBlock((block) => heard.push(block))
    chain.mine()
    chain.advance(10)
    stop()
    chain.mine()
    expect(heard).toEqual([1, 11])
  })

  test('the same seed gives the same history', async () => {
    expect(await history(7)).toEqual(await history(7))
    expect(await history(7)).not.toEqual(await history(8))
  })
})

describe('providers', () => {
  test('take their charge, or the whole balance where it is smaller', async () => {
    const { chain, provider } = await opened()
    const left = [OG / 4n, 5n * OG, 5n * OG].map((fee) => {
      const taken = chain.wouldSpend(provider, wallet, fee)
      chain.spend(provider, wallet, fee)
      return [taken, account(chain).balance]
    })
    expect(left).toEqual([
      [OG / 4n, (7n * OG) / 4n],
      [(7n * OG) / 4n, 0n],
      [0n, 0n],
    ])
  })

  test('of fine-tuning take the whole charge or nothing', async () => {
    const { chain, provider } = await opened({ inference: 0, fineTuning: 1 }, 'fine-tuning-v1.0')
    chain.spend(provider, wallet, 2n * OG + 1n)
    const refused = account(chain).balance
    chain.spend(provider, wallet, 2n * OG)
    expect([refused, account(chain).balance]).toEqual([2n * OG, 0n])
  })

  test('appear in the settlements with their charges', async () => {
    const { chain, provider } = await opened({ startAt: 0 })
    chain.advance(600)
    chain.spend(provider, wallet, 5n)
    const until = chain.head()
    const settled = { provider, serviceType: 'inference', amount: 5n, at: until.timestamp }
    expect(await chain.connect(wallet).readSettlements(until, 60)).toEqual({
      since: until.timestamp - 59,
      sinceBlock: until.number - 59,
      until: until.timestamp,
      settled: [settled],
      paid: [],
      opened: [],
    })
    const earlier = await chain.connect(wallet).readSettlements(until, 6_000)
    expect(earlier).toMatchObject({ settled: [settled], opened: [{ provider, serviceType: 'inference' }] })
  })

  test('must be known to the chain', () => {
    const chain = createSimulatedChain({ inference: [wallet], fineTuning: 1 })
    const [, trainer] = chain.providers
    const stranger = fakeAddress('stranger')
    expect(() => chain.spend(stranger, wallet, 1n)).toThrow(
      `No provider offers a service under this address.\n\nprovider:  ${stranger}\n` +
        `providers: ${wallet} (inference), ${trainer?.address} (fine-tuning)`,
    )
    expect(() => chain.spend(wallet, wallet, 1n, 'fine-tuning')).toThrow(
      'No provider offers a service under this address.',
    )
  })
})

test('a changed lock time moves the unlock of pending refunds', async () => {
  const { chain, port, provider } = await opened()
  await send(port, { contract: 'ledger', method: 'retrieveFund', args: [[provider], 'inference-v1.0'] })
  const [before] = account(chain).refunds
  chain.setLockTime(7_200)
  const [after] = account(chain).refunds
  expect((after?.unlocksAt ?? 0) - (before?.unlocksAt ?? 0)).toBe(3_600)
})

describe('createSimulatedChain refuses', () => {
  test.each<[unknown, string]>([
    ['fast', 'The options of a simulated chain are an object.'],
    [
      { locktime: 3_600 },
      'There is no such option of a simulated chain.\n\noption: locktime\nknown:  seed, blockTime,',
    ],
    [{ seed: 'abc' }, 'seed is a whole number from'],
    [{ seed: 0.5 }, 'seed is a whole number from'],
    [{ blockTime: 0 }, 'A block time is a whole number of seconds.'],
    [{ startAt: '2026' }, 'startAt is a whole number from 0 up.\n\nstartAt: "2026"'],
    [{ lockTime: '1d' }, 'The contracts refuse this lock time.\n\nlockTime: "1d"'],
    [{ lockTime: 3_600.5 }, 'The contracts refuse this lock time'],
    [{ lockTime: 10 }, 'The contracts refuse this lock time'],
    [{ minLedgerBalance: 3 }, 'minLedgerBalance is a bigint (wei) or a string (OG in decimal); this is a number.'],
    [{ minTransfer: -1n }, 'An amount cannot be negative.'],
    [{ inference: -1 }, 'inference is a whole number from 0 up.\n\ninference: -1'],
    [{ fineTuning: '0x00' }, 'fineTuning is the number of its providers, or their addresses.'],
    [{ inference: ['me'] }, 'This is not an address.'],
    [{ inference: [wallet, wallet.toLowerCase()] }, 'An address offers a service only once.'],
  ])('%o', (options, message) => {
    expect(() => createSimulatedChain(options as SimulatedChainOptions)).toThrow(message)
  })
})

describe('a simulated chain refuses, and continues after', () => {
  test.each<[string, (chain: SimulatedChain) => void, string]>([
    ['a negative gift', (chain) => chain.fund(wallet, -1n), 'An amount cannot be negative.'],
    ['seconds of NaN', (chain) => chain.advance(NaN), 'seconds is a number from 0 up.\n\nseconds: NaN'],
    ['negative seconds', (chain) => chain.advance(-1), 'seconds is a number from 0 up.'],
    ['infinite seconds', (chain) => chain.advance(Infinity), 'seconds is a number from 0 up.'],
    ['half a block', (chain) => chain.mine(0.5), 'count is a whole number from 0 up.'],
    ['a text as a switch', (chain) => chain.setAutomine('off' as never), 'on is true or false.'],
    ['a number as wei', (chain) => chain.setBaseFee(5 as never), 'A base fee is a bigint, in wei, from 0n up.'],
    ['a short lock time', (chain) => chain.setLockTime(10), 'The contracts refuse this lock time'],
    [
      'a long lock time',
      (chain) => chain.setLockTime(1e9),
      'expected: a whole number of seconds from 3600 (an hour) to 604800 (a week)',
    ],
    ['a text as a lock time', (chain) => chain.setLockTime('1d' as never), 'lockTime: "1d"'],
    ['an unknown service', (chain) => chain.setLockTime(7_200, 'chat' as never), 'There is no such service.'],
    ['a negative depth', (chain) => chain.reorganise(-1), 'depth is a whole number from 0 up.'],
    ['a depth of NaN', (chain) => chain.reorganise(NaN), 'depth is a whole number from 0 up.\n\ndepth: NaN'],
    [
      'an unknown option',
      (chain) => chain.reorganise(1, { forgot: true } as never),
      'There is no such option of a reorganisation.\n\noption: forgot\nknown:  forget',
    ],
    [
      'an unknown option of a connection',
      (chain) => void chain.connect(wallet, { readonly: true } as never),
      'There is no such option of a simulated connection.',
    ],
  ])('%s', async (_, wrong, message) => {
    const { chain, provider } = await opened()
    const before = chain.position(wallet)
    expect(() => wrong(chain)).toThrow(message)
    expect(chain.position(wallet)).toEqual(before)
    chain.spend(provider, wallet, OG)
    expect(account(chain).balance).toBe(OG)
  })
})

test('a refused act leaves no trace', () => {
  const chain = createSimulatedChain()
  expect(() => chain.fund(wallet, 5 as unknown as bigint)).toThrow(TypeError)
  chain.fund(wallet, 7n)
  expect(chain.position(wallet)).toMatchObject({ block: { number: 1 }, wallet: { balance: 7n } })
})

test('an event listener may charge at once, and may throw', async () => {
  const { chain, provider } = await opened()
  const events: [block: number, head: number, name: string][] = []
  const stop = chain.onEvent(({ name }, { number }) => {
    events.push([number, chain.head().number, name])
    if (events.length === 1) chain.spend(provider, wallet, 1n)
    else throw new Error('no more')
  })
  const { number } = chain.head()
  expect(() => chain.spend(provider, wallet, OG)).toThrow('no more')
  stop()
  chain.mine()
  expect(events).toEqual([
    [number + 1, number + 1, 'FundSpent'],
    [number + 2, number + 2, 'FundSpent'],
  ])
  expect([chain.head().number, account(chain).balance]).toEqual([number + 3, OG - 1n])
})

describe('faults', () => {
  test('of the kind read leave so many queries without an answer', async () => {
    const { chain } = await opened()
    const { readPosition } = chain.connect(wallet)
    chain.fail('read', { times: 2 })
    await expect(readPosition()).rejects.toMatchObject({ name: 'ReadError', retryable: true })
    await expect(readPosition()).rejects.toMatchObject({ name: 'ReadError' })
    expect((await readPosition()).ledger?.total).toBe(10n * OG)
  })

  test('come in the order of their calls', async () => {
    const { chain } = await opened()
    const { readPosition } = chain.connect(wallet)
    chain.fail('read', 2)
    chain.fail('read')
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, readPosition))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled'])
    chain.advance(10)
    const { number } = chain.head()
    chain.fail('stale', { blocks: 2 })
    chain.fail('stale', { times: Infinity, blocks: 4 })
    const heads = await Promise.all(Array.from({ length: 4 }, readPosition))
    chain.heal()
    heads.push(await readPosition())
    expect(heads.map(({ block }) => number - block.number)).toEqual([2, 4, 4, 4, 0])
  })

  test.each<[string, (chain: SimulatedChain) => void, string]>([
    [
      'an unknown kind',
      (chain) => chain.fail('reed' as never),
      'There is no such fault.\n\nkind:  "reed"\nknown: read, stale, stale-nonce, broadcast, lost, late',
    ],
    ['a negative number', (chain) => chain.fail('read', -1), 'times is a whole number from 0 up.\n\ntimes: -1'],
    ['a number of NaN', (chain) => chain.fail('read', NaN), 'times is a whole number from 0 up.\n\ntimes: NaN'],
    ['a text', (chain) => chain.fail('read', '3' as never), 'The options of a fault are an object.\n\noptions: "3"'],
    ['an unknown option', (chain) => chain.fail('read', { time: 3 } as never), 'There is no such option of a fault.'],
    ['a negative age', (chain) => chain.fail('stale', { blocks: -50 }), 'blocks is a whole number from 1 up.'],
    [
      'a rate of an unknown kind',
      (chain) => chain.failAtRandom({ reed: 0.5 } as never),
      'no such option of faults at random.',
    ],
    [
      'a probability above 1',
      (chain) => chain.failAtRandom({ read: 5 }),
      'A probability is a number from 0 to 1.\n\nread: 5',
    ],
    ['a single rate', (chain) => chain.failAtRandom(0.5 as never), 'The options of faults at random are an object.'],
    ['an age of zero', (chain) => chain.failAtRandom({ stale: 1, blocks: 0 }), 'blocks is a whole number from 1 up.'],
  ])('are refused: %s', async (_, wrong, message) => {
    const { chain } = await opened()
    expect(() => wrong(chain)).toThrow(message)
    expect(await chain.connect(wallet).readPosition()).toEqual(chain.position(wallet))
  })

  test('of the kind stale give the position of so many blocks ago', async () => {
    const { chain, provider } = await opened()
    const then = chain.position(wallet)
    chain.advance(5)
    chain.spend(provider, wallet, OG)
    chain.fail('stale', { blocks: 6 })
    const { readPosition } = chain.connect(wallet)
    expect(await readPosition()).toEqual(then)
    expect(await readPosition()).toEqual(chain.position(wallet))
  })

  test('of the kind stale-nonce give the nonce count of so many blocks ago', async () => {
    const { chain, port } = await opened()
    chain.fail('stale-nonce', { blocks: 2, times: 2 })
    const stale = [await port.transactionCount('latest'), await port.transactionCount('pending')]
    expect([stale, await port.transactionCount('latest')]).toEqual([[0, 0], 2])
  })

  test('of the kind lost drop a transaction, which can be sent again', async () => {
    const { chain, port } = await opened()
    chain.fail('lost')
    const { raw, hash } = await signed(port, deposit)
    await port.broadcast(raw)
    chain.advance(100)
    const lost = [await port.mined(hash), await port.transactionCount('pending')]
    await port.broadcast(raw)
    expect([lost, (await port.mined(hash))?.status]).toEqual([[null, 2], 1])
  })

  test('of the kind late mine a transaction so many blocks later', async () => {
    const { chain, port } = await opened()
    chain.fail('late', { blocks: 3 })
    const { raw, hash } = await signed(port, deposit)
    const { number } = chain.head()
    await port.broadcast(raw)
    chain.advance(100)
    expect((await port.mined(hash))?.blockNumber).toBe(number + 4)
  })

  test('of the kind broadcast refuse a transaction, which costs nothing', async () => {
    const { chain, port } = await opened()
    chain.fail('broadcast')
    const { raw } = await signed(port, deposit)
    expect(await port.broadcast(raw)).toMatchObject({ grade: 'unknown', message: 'the simulated node does not answer' })
    expect(await port.transactionCount('pending')).toBe(2)
  })

  test('at random come from the seed, until heal()', async () => {
    const outcomes = async (seed: number) => {
      const chain = createSimulatedChain({ seed })
      const { readPosition } = chain.connect(wallet)
      chain.failAtRandom({ read: 0.5 })
      const read = () =>
        readPosition().then(
          () => true,
          () => false,
        )
      const some: boolean[] = []
      for (let at = 0; at < 20; at += 1) some.push(await read())
      chain.heal()
      return { some, after: await read() }
    }
    const first = await outcomes(3)
    expect(first).toEqual(await outcomes(3))
    expect(new Set(first.some)).toEqual(new Set([true, false]))
    expect(first.after).toBe(true)
  })
})

describe('a reorganisation', () => {
  test('returns transactions to the pool, and the chain mines them again', async () => {
    const { chain, port } = await opened()
    const { raw, hash } = await signed(port, deposit)
    await port.broadcast(raw)
    const head = chain.head()
    chain.reorganise(1)
    const gone = [
      chain.head(),
      await port.mined(hash),
      await port.transactionCount('latest'),
      await port.transactionCount('pending'),
    ]
    chain.mine()
    expect(gone).toEqual([head, null, 2, 3])
    expect((await port.mined(hash))?.blockNumber).toBe(head.number + 1)
    expect(chain.position(wallet).ledger?.total).toBe(20n * OG)
  })

  test('may forget its transactions', async () => {
    const { chain, port } = await opened()
    const before = chain.position(wallet)
    await send(port, deposit)
    chain.reorganise(1, { forget: true })
    chain.mine()
    expect(chain.position(wallet)).toEqual({ ...before, block: chain.head() })
  })

  test('keeps blocks beyond its memory, and their events', async () => {
    const { chain, provider } = await opened()
    for (let at = 0; at < 600; at += 1) chain.spend(provider, wallet, 1n)
    const { number } = chain.head()
    chain.reorganise(number)
    const { settled } = await chain.connect(wallet).readSettlements(chain.head(), 10_000)
    const left = 2n * OG - account(chain).balance
    expect(BigInt(settled.length)).toBe(left)
    expect([left > 0n, left <= 344n]).toEqual([true, true])
  })

  test('takes back charges too', async () => {
    const { chain, provider } = await opened()
    chain.spend(provider, wallet, OG)
    chain.reorganise(1)
    const gone = account(chain).balance
    chain.mine()
    expect([gone, account(chain).balance]).toEqual([2n * OG, OG])
  })
})

describe('gas', () => {
  test('is paid by the wallet, also for a revert', async () => {
    const { chain, port } = await opened()
    const before = chain.position(wallet).wallet.balance
    const { gasUsed, status } = await send(port, { contract: 'ledger', method: 'deleteLedger', args: [] })
    expect(status).toBe(0)
    expect(before - chain.position(wallet).wallet.balance).toBe(gasUsed * 2n * 10n ** 9n)
  })

  test('below the base fee keeps a transaction pending until the base fee falls', async () => {
    const { chain, port } = await opened()
    const { raw, hash } = await signed(port, deposit)
    chain.setBaseFee(100n * 10n ** 9n)
    await port.broadcast(raw)
    chain.advance(50)
    const waiting = await port.mined(hash)
    chain.setBaseFee(10n ** 9n)
    chain.mine()
    expect([waiting, (await port.mined(hash))?.status]).toEqual([null, 1])
  })

  test('that runs out reverts a transaction and costs the whole gas limit', async () => {
    const { chain, port } = await opened()
    const { raw, hash } = await signed(port, deposit, 40_000n)
    await port.broadcast(raw)
    expect(await port.mined(hash)).toMatchObject({ status: 0, gasUsed: 40_000n })
    expect(chain.position(wallet).ledger?.total).toBe(10n * OG)
  })
})

test('a broker keeps a sub-account funded on a simulated chain', async () => {
  const chain = createSimulatedChain()
  const provider = providerOf(chain)
  chain.fund(wallet, 100n * OG)
  await using broker = await openBroker(chain.connect(wallet), { journal: memoryJournal() })
  await broker.ledger.addLedger('20')
  await broker.ledger.transferFund(provider, 'inference', '2')
  broker.inference.startAutoFunding(provider, EXACT)
  const filled = new Promise<bigint>((resolve) => {
    broker.positions$.subscribe(({ subAccounts: [one] }) => {
      if (one && one.available > OG) resolve(one.available)
    })
  })
  chain.spend(provider, wallet, OG + OG / 2n)
  expect(await filled).toBe(2n * OG)
})

/** A wallet with 10 OG in its ledger, 2 of them in the first provider's sub-account. */
async function opened(options: Parameters<typeof createSimulatedChain>[0] = {}, service = 'inference-v1.0') {
  const chain = createSimulatedChain(options)
  const provider = providerOf(chain)
  chain.fund(wallet, 1_000n * OG)
  const { transactions: port } = chain.connect(wallet)
  if (!port) throw new Error('The wallet sends.')
  await send(port, deposit)
  await send(port, { contract: 'ledger', method: 'transferFund', args: [provider, service, 2n * OG] })
  return { chain, port, provider }
}

function providerOf(chain: SimulatedChain): string {
  const [provider] = chain.providers
  if (!provider) throw new Error('The chain has no provider.')
  return provider.address
}

function account(chain: SimulatedChain) {
  const [first] = chain.position(wallet).subAccounts
  if (!first) throw new Error('The wallet has no sub-account.')
  return first
}

async function signed(port: TransactionPort, call: Call, gasLimit = 1_000_000n) {
  const nonce = await port.transactionCount('pending')
  const transaction = await port.sign?.(call, { nonce, gasLimit, fees: await port.fees() })
  if (!transaction) throw new Error('The wallet signs.')
  return transaction
}

async function send(port: TransactionPort, call: Call) {
  const { raw, hash } = await signed(port, call)
  await port.broadcast(raw)
  const mined = await port.mined(hash)
  if (!mined) throw new Error('It was not mined.')
  return mined
}

/** The history of a wallet whose provider charges at random. */
async function history(seed: number) {
  const { chain, provider } = await opened({ seed })
  for (let turn = 0; turn < 10; turn += 1) {
    chain.advance(Math.floor(chain.random() * 100))
    chain.spend(provider, wallet, BigInt(Math.floor(chain.random() * 1_000)))
  }
  return chain.position(wallet)
}
