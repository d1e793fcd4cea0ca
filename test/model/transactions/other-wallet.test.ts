import { parseEther as og, parseUnits } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'
import { bentWorld } from '../../support/bent-world.ts'

test('a broker that is given the journal of another wallet refuses to send, and pays nothing of what that one has on its way', async () => {
  await using world = bentWorld()
  const records = memoryJournal()
  const other = await world.open({ journal: { ...records } })
  await world.until(other.ledger.addLedger('10'))
  const wallet = fakeAddress('wallet 7')
  world.chain.fund(wallet, og('100'))
  const bend = () => world.chain.connect(wallet, { pushesBlocks: false })
  const own = await world.open({ bend })
  await world.until(own.ledger.addLedger('10'))
  await own.close()
  world.chain.setAutomine(false)
  other.inference.ensureFunded(world.provider, '2').catch(() => undefined)
  await world.advance(0)
  await other.close()

  // The base fee has risen: a broker that followed the transaction would sign it anew, at a higher fee, for its own ledger.
  world.chain.setBaseFee(parseUnits('300', 'gwei'))
  const broker = await world.open({ journal: { ...records }, bend })
  await world.advance(600)
  expect(broker.refusal()).toMatchObject({
    name: 'JournalError',
    message: expect.stringContaining('The journal is that of another wallet.') as string,
    facts: { wallet, 'of wallet': world.wallet },
  })
  expect(world.chain.position(wallet)).toMatchObject({ ledger: { available: og('10') }, subAccounts: [] })
})
