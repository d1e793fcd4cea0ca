import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { AbortedError, InsufficientGasError, ReadError, RefusedError, SigningError } from '../../../src/index.ts'
import { awaySigner, claimable, isPutBack } from '../../support/claimable.ts'
import { EXACT } from '../../support/exact.ts'

test.each(['signer', 'gas', 'disk'])(
  'a claim puts back what it has locked once the fault is over (%s, 20 s)',
  async (what) => {
    let isTrouble = false
    const { world, broker, provider } = await claimable(
      (port) => ({
        estimateGas: (call) =>
          isTrouble && what === 'gas' && isPutBack(call)
            ? Promise.reject(
                new InsufficientGasError('The wallet cannot pay the gas of this transaction.', {
                  operation: 'transferFund',
                }),
              )
            : port.estimateGas(call),
        sign: (call, how) =>
          isTrouble && what === 'signer' && isPutBack(call)
            ? Promise.reject(new SigningError({ operation: 'transferFund', reason: 'no answer' }))
            : (port.sign?.(call, how) ?? Promise.reject(new Error('It signs.'))),
      }),
      (record) =>
        isTrouble && what === 'disk' && record.type === 'prepared' && isPutBack(record.intent.call)
          ? Promise.reject(new Error('no space left on device'))
          : null,
    )
    await using _ = world
    const funding = broker.inference.startAutoFunding(provider, EXACT)
    isTrouble = true
    const claimed = broker.ledger.claimRefunds()
    await world.advance(20)
    expect([world.position().subAccounts, funding.getSnapshot().context.reason]).toMatchObject([
      [{ available: 0n, pendingRefund: og('2') }],
      'put-back-pending',
    ])
    isTrouble = false
    expect(await world.until(claimed)).toMatchObject({ claimed: og('2'), putBack: og('2') })
    await world.advance(60)
    expect([world.position().subAccounts, funding.getSnapshot().context.reason]).toMatchObject([
      [{ available: og('2'), pendingRefund: 0n }],
      'sufficient',
    ])
  },
)

test('a caller that waits for a claim of an earlier process waits no longer than its signal says', async () => {
  let isAway = false
  const { world, broker, journal, bend } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  broker.ledger.claimRefunds().catch(() => undefined)
  await world.advance(20)
  await broker.close()
  const next = await world.open({ journal, bend })
  const abort = new AbortController()
  const claimed = next.ledger.claimRefunds({ signal: abort.signal }).catch((error: unknown) => error)
  await world.advance(5)
  abort.abort()
  expect(await claimed).toBeInstanceOf(AbortedError)
  isAway = false
  expect(await world.until(next.ledger.claimRefunds())).toMatchObject({ claimed: 0n, putBack: og('2') })
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('a person who refuses the put-back is asked three times, and again by the next claim', async () => {
  let asked: number | null = null
  const { world, broker } = await claimable((port) => ({
    sign: null,
    send(call, how) {
      if (asked === null || !isPutBack(call)) return port.send(call, how)
      asked += 1
      return asked > 6 ? port.send(call, how) : Promise.reject(new RefusedError('The wallet refused to send.'))
    },
  }))
  await using _ = world
  asked = 0
  for (const times of [3, 6]) {
    await expect(world.until(broker.ledger.claimRefunds())).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringContaining('the wallet refused to put it back') as string,
      facts: { do: 'claimRefunds() asks the wallet again' },
    })
    expect([asked, world.position().subAccounts]).toMatchObject([times, [{ available: 0n, pendingRefund: og('2') }]])
  }
  expect(await world.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: 0n, putBack: og('2') })
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
  await expect(world.until(broker.ledger.claimRefunds())).rejects.toThrow('There is nothing to claim.')
})

test('the put-back stops when the broker closes, also where the node does not answer by then', async () => {
  let isAway = false
  let asked = 0
  const { world, broker } = await claimable(
    awaySigner(() => isAway),
    undefined,
    ({ readPosition }) =>
      () => {
        if (!isAway || world.position().subAccounts[0]?.available !== 0n) return readPosition()
        asked += 1
        return Promise.reject(new ReadError('The chain could not be read.', {}))
      },
  )
  await using _ = world
  isAway = true
  const claimed = broker.ledger.claimRefunds().catch((error: unknown) => error)
  await world.advance(20)
  await broker.close()
  await world.advance(10)
  const before = asked
  await world.advance(600)
  expect([await claimed, before > 0, asked - before]).toEqual([expect.any(AbortedError), true, 0])
})

test('a claim puts back what it has locked also where its retrieve was mined anew in another block', async () => {
  let isMoved = true
  const { world, broker } = await claimable((port) => ({
    async sign(call, how) {
      if (isPutBack(call) && !isMoved) {
        isMoved = true
        world.chain.reorganise(1)
        world.chain.mine(1)
        throw new SigningError({ operation: 'transferFund', reason: 'no answer' })
      }
      return port.sign?.(call, how) ?? Promise.reject(new Error('It signs.'))
    },
  }))
  await using _ = world
  isMoved = false
  expect(await world.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: og('2'), putBack: og('2') })
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('a node that lacks the block of the retrieve for a moment leaves nothing locked', async () => {
  let isAway = false
  let lacking = 0
  const { world, broker, journal, bend } = await claimable((port) => ({
    ...awaySigner(() => isAway)(port),
    timestampOf: (block) => ((lacking -= 1) >= 0 ? Promise.resolve(null) : port.timestampOf(block)),
  }))
  await using _ = world
  isAway = true
  broker.ledger.claimRefunds().catch(() => undefined)
  await world.advance(20)
  await broker.close()
  isAway = false
  lacking = 1
  await world.open({ journal, bend })
  await world.advance(60)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test.for([4, 40, 1_000])(
  'a node that is wrong for eight seconds about its head, by %d blocks, and the time of the retrieve leaves nothing locked',
  async (tooHigh) => {
    let [isClaiming, isLying] = [false, false]
    const { world, broker } = await claimable(
      (port) => ({
        async timestampOf(block) {
          const time = await port.timestampOf(block)
          return time === null || !isLying ? time : time - 1
        },
      }),
      (record) => {
        isLying ||= isClaiming && record.type === 'mined'
        return null
      },
      ({ readPosition }) =>
        async () => {
          const position = await readPosition()
          const { number, timestamp } = position.block
          return isLying ? { ...position, block: { number: number + tooHigh, timestamp } } : position
        },
    )
    await using _ = world
    isClaiming = true
    const claimed = broker.ledger.claimRefunds()
    await world.advance(8)
    isClaiming = isLying = false
    expect(await world.until(claimed)).toMatchObject({ claimed: og('2'), putBack: og('2') })
    expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
  },
)

test('a put-back that the wallet refused keeps no other claim waiting', async () => {
  let isRefused = false
  const { world, broker, provider, other } = await claimable((port) => ({
    sign: (call, how) =>
      isRefused && isPutBack(call)
        ? Promise.reject(new RefusedError('The wallet refused to sign.'))
        : (port.sign?.(call, how) ?? Promise.reject(new Error('It signs.'))),
  }))
  await using _ = world
  await world.until(broker.ledger.transferFund(other, 'inference', '2'))
  await world.until(broker.ledger.retrieveFundFromProvider(other, 'inference'))
  await world.advance(3_700)
  isRefused = true
  await expect(world.until(broker.ledger.claimRefunds(provider, 'inference'))).rejects.toThrow('the wallet refused')
  expect(await world.until(broker.ledger.claimRefunds(other, 'inference'))).toMatchObject({ claimed: og('2') })
})

test('a claim puts nothing back once closing has begun, however late the node answers', async () => {
  let answer = (): void => undefined
  let isSlow = false
  const { world, broker } = await claimable((port) => ({
    async timestampOf(block) {
      if (isSlow) await new Promise<void>((resolve) => (answer = resolve))
      return port.timestampOf(block)
    },
  }))
  await using _ = world
  const transfers = () =>
    broker.transactions().filter((actor) => actor.getSnapshot().context.operation === 'transferFund').length
  isSlow = true
  const before = transfers()
  broker.ledger.claimRefunds().catch(() => undefined)
  await world.advance(2)
  const closed = broker.ledger.closeLedger()
  await world.advance(10)
  isSlow = false
  answer()
  await world.advance(10)
  expect([transfers() - before, world.position().subAccounts[0]?.available]).toEqual([0, 0n])
  await world.until(closed)
})

test('a caller that waits for the lock of a sub-account waits no longer than its signal says', async () => {
  let isAway = false
  const { world, broker, provider } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  const claimed = broker.ledger.claimRefunds(provider, 'inference')
  await world.advance(4)
  const { signal, abort } = controller()
  const waiting = Promise.allSettled([
    broker.ledger.claimRefunds(provider, 'inference', { signal }),
    broker.inference.ensureFunded(provider, '3', { signal, timeoutMs: 3_600_000 }),
    broker.ledger.transferFund(provider, 'inference', '1', { signal }),
    broker.inference.acknowledgeProviderSigner(provider, true, { signal }),
  ])
  await world.advance(4)
  abort()
  const aborted = { reason: expect.any(AbortedError) as AbortedError }
  expect(await world.until(waiting)).toMatchObject([aborted, aborted, aborted, aborted])
  // The next caller still waits for the lock.
  const next = broker.inference.ensureFunded(provider, '2')
  isAway = false
  expect(await world.until(claimed)).toMatchObject({ putBack: og('2') })
  expect(await world.until(next)).toBeNull()
})

function controller() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
