import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Logger } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const thrown = (): never => {
  throw new Error('the disk of the log is full')
}
const quiet = (): void => undefined
const rejected = (): unknown => Promise.reject(new Error('the log server does not answer'))

const loggers: Record<string, Logger> = {
  throws: { debug: thrown, info: thrown, warn: thrown, error: thrown },
  rejects: { debug: rejected, info: rejected, warn: rejected, error: rejected },
}

test.each(Object.keys(loggers))('a logger that %s stops no funding, no receipt and no closing', async (how) => {
  await using world = bentWorld()
  let isDown = false
  const broker = await world.open({
    ...(loggers[how] && { logger: loggers[how] }),
    bend: (connected) => ({
      ...connected,
      readPosition: () => (isDown ? Promise.reject(new Error('down')) : connected.readPosition()),
    }),
  })
  await world.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(world.provider, EXACT)
  isDown = true
  await world.advance(120)
  isDown = false
  await world.advance(120)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
  expect(await world.until(broker.ledger.transferFund(world.provider, 'inference', '1'))).toMatchObject({ status: 1 })
  expect(await world.until(broker.ledger.closeLedger())).toMatchObject({ success: true })
  expect(world.position().ledger).toBeNull()
})

test.each([
  ['throws', thrown],
  ['rejects', rejected],
])('an inspector that %s stops no funding, and is logged once', async (_, inspect) => {
  await using world = bentWorld()
  const said: string[] = []
  const warn = (_: object, message: string) => void said.push(message)
  const broker = await world.open({
    inspect,
    logger: { debug: quiet, info: quiet, warn, error: warn },
  })
  await world.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(120)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
  expect(said).toEqual(['the inspector throws: what it misses is lost'])
})

test.each([
  ['throws', thrown],
  ['rejects', rejected],
])('an onSent that %s changes nothing, and is logged', async (_, onSent) => {
  await using world = bentWorld()
  const said: string[] = []
  const warn = (_: object, message: string) => void said.push(message)
  const broker = await world.open({ logger: { debug: quiet, info: quiet, warn, error: warn } })
  expect(await world.until(broker.ledger.addLedger('10', '', { onSent }))).toMatchObject({ success: true })
  expect(said).toEqual(['onSent failed'])
})
