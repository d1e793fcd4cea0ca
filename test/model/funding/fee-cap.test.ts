import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

type Offer = Parameters<Simulation['chain']['changeOffer']>[1]

/** A ledger of 500 OG, and a provider with this offer that claims this unsettled fee, a minute later. */
async function claimed(offer: Offer, fee: bigint, options: object = {}): Promise<Simulation> {
  const sim = await createSimulatedBroker({ funds: '600' })
  await sim.broker.ledger.addLedger('500')
  change(sim, offer)
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: () => fee, ...options })
  await sim.advance('1m')
  return sim
}

/** The contract drops the acceptance of the signer where the kind of the service changes. */
function change({ chain, provider }: Simulation, offer: Offer): void {
  chain.changeOffer(provider.address, offer)
  chain.setAccepted(provider.address, true)
}

async function row(sim: Simulation) {
  const { decisions } = await sim.broker.plan()
  return decisions[0]
}

const audio = { kind: 'audio-generation', outputPrice: og('0.2') }

test('the reserve of audio in flight is funded where the prices on the chain explain it', async () => {
  await using sim = await claimed(audio, og('24'))
  expect(await row(sim)).toMatchObject({ reason: 'sufficient', available: og('26'), required: og('26') })
})

test('the same claim holds where the prices do not explain it, and the row names the option that lifts the hold', async () => {
  await using sim = await claimed({ kind: 'chatbot', outputPrice: 1n }, og('24'))
  expect(await row(sim)).toMatchObject({
    action: 'hold',
    reason: 'anomaly',
    available: 0n,
    anomaly: { kind: 'fee', unsettledFee: og('24'), cap: og('10'), option: 'maxUnsettledFee' },
  })
})

test('no price lifts the cap above the ceiling: a provider that asks for any price draws nothing by a claim', async () => {
  await using sim = await claimed({ ...audio, outputPrice: 2n ** 200n }, og('120') + 1n)
  expect(await row(sim)).toMatchObject({ reason: 'anomaly', available: 0n, anomaly: { cap: og('120') } })
})

test('maxUnsettledFee overrules the prices in both directions', async () => {
  await using higher = await claimed(audio, og('130'), { maxUnsettledFee: '130', firstDay: 'off' })
  expect(await row(higher)).toMatchObject({ reason: 'sufficient', available: og('132') })
  await using lower = await claimed(audio, og('24'), { maxUnsettledFee: '23' })
  expect(await row(lower)).toMatchObject({ reason: 'anomaly', available: 0n, anomaly: { cap: og('23') } })
})

test('a claim above the cap is in the row also while enough is available', async () => {
  let fee = og('24')
  await using sim = await claimed(audio, 0n, { unsettledFee: () => fee })
  expect(await row(sim)).toMatchObject({ reason: 'sufficient', required: og('26') })
  change(sim, { kind: 'chatbot', outputPrice: 1n })
  fee = og('25')
  await sim.advance('11m')
  expect(await row(sim)).toMatchObject({
    reason: 'sufficient',
    required: og('12'),
    anomaly: { kind: 'fee', unsettledFee: og('25'), cap: og('10') },
  })
})
