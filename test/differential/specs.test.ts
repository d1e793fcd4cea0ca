import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import type { Contracts } from '../../src/testing/contracts/contracts.ts'
import { nth } from './nth.ts'
import { createReal } from './real.ts'
import { createWorld, fineTuningOffer, inferenceOffer, type World } from './world.ts'

/** Behaviours that the network's own contract specs state, once on the simulation and once on the bytecode. */

const OG = 10n ** 18n
const LOCK = 3_600

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

describe.each(['simulation', 'bytecode'] as const)('the %s', (name) => {
  test('takes the place of a claimed refund for the next one', async () => {
    const { run, look, user, provider, wait } = await opened()
    await run(user, 'ledger', 'retrieveFund', [provider], 'inference-v1.0')
    await wait(LOCK)
    await run(user, 'ledger', 'retrieveFund', [provider], 'inference-v1.0')
    await run(user, 'ledger', 'transferFund', provider, 'inference-v1.0', OG)
    await run(user, 'ledger', 'retrieveFund', [provider], 'inference-v1.0')
    const { refunds, ...account } = (await look('inference', 'getAccount', user, provider)) as Account
    expect([refunds.length, account.balance, account.pendingRefund]).toEqual([1, OG, OG])
  })

  test('holds five refunds, refuses a sixth, and keeps their places after the lock', async () => {
    const { run, look, user, provider, wait } = await opened()
    const retrieve = () => run(user, 'ledger', 'retrieveFund', [provider], 'inference-v1.0')
    // A transfer of one wei cancels one wei of the newest refund, and the next retrieve asks for it in a place of its own.
    const answers = [await retrieve()]
    for (let count = 0; count < 5; count += 1) {
      await run(user, 'ledger', 'transferFund', provider, 'inference-v1.0', 100n - BigInt(count))
      answers.push(await retrieve())
    }
    expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'TooManyRefunds'])
    await wait(LOCK)
    await retrieve()
    const account = (await look('inference', 'getAccount', user, provider)) as Account
    expect([account.refunds.length, account.validRefundsLength]).toEqual([5, 1n])
  })

  test('keeps twenty deliverables, and the next one takes the place of the oldest', async () => {
    const { run, look, user, tuner } = await opened()
    const deliver = async (id: string, nonce: bigint) => {
      const task = {
        id,
        encryptedSecret: '0xab',
        modelRootHash: '0x12',
        nonce,
        taskFee: 1n,
        user,
        signer: tuner,
        spoil: 'nothing',
      }
      return [
        await run(tuner, 'fineTuning', 'addDeliverable', user, id, '0x12'),
        await run(user, 'fineTuning', 'acknowledgeDeliverable', tuner, id),
        await run(tuner, 'fineTuning', 'settleFees', task),
      ]
    }
    for (let count = 1; count <= 20; count += 1) await deliver(`task ${count}`, BigInt(count))
    expect(await deliver('one more', 21n)).toEqual(['ok', 'ok', 'ok'])
    const account = (await look('fineTuning', 'getAccount', user, tuner)) as Account
    expect([account.deliverables.length, account.deliverablesHead]).toEqual([20, 1n])
    expect(await look('fineTuning', 'getDeliverable', user, tuner, 'task 1')).toBe('DeliverableNotExists')
    expect(await look('fineTuning', 'getDeliverable', user, tuner, 'one more')).toMatchObject({ id: 'one more' })
  })

  test('drops the acceptance of a signer where the signer changes, in both services', async () => {
    const { run, look, provider, tuner, user } = await opened()
    const accepted = async (service: Service, of: string) =>
      ((await look(service, 'getService', of)) as { teeSignerAcknowledged: boolean }).teeSignerAcknowledged
    await run(provider, 'inference', 'addOrUpdateService', inferenceOffer(provider, { url: 'https://two.invalid' }))
    await run(tuner, 'fineTuning', 'addOrUpdateService', ...fineTuningOffer(tuner, 'https://two.invalid'))
    const kept = [await accepted('inference', provider), await accepted('fineTuning', tuner)]
    await run(provider, 'inference', 'addOrUpdateService', inferenceOffer(user))
    await run(tuner, 'fineTuning', 'addOrUpdateService', ...fineTuningOffer(user))
    const left = [await accepted('inference', provider), await accepted('fineTuning', tuner)]
    expect({ kept, left }).toEqual({ kept: [true, true], left: [false, false] })
  })

  test('counts the nonce of a partial settlement, and not that of an invalid one', async () => {
    const { run, look, provider, user } = await opened()
    const settle = async (totalFee: bigint, nonce: bigint, signer: string) => {
      const settlement = { user, provider, totalFee, nonce, signer, spoil: 'nothing' }
      await run(provider, 'inference', 'settleFeesWithTEE', [settlement])
      const account = (await look('inference', 'getAccount', user, provider)) as Account
      return [account.balance, account.nonce]
    }
    expect(await settle(OG, 5n, user)).toEqual([4n * OG, 0n])
    expect(await settle(9n * OG, 7n, provider)).toEqual([0n, 7n])
  })

  test('refuses plain payments, and adds deposits up', async () => {
    const { run, look, user } = await opened()
    const answers = [
      await run(user, 'ledger', { method: '', value: OG }),
      await run(user, 'inference', { method: '', value: OG }),
      await run(user, 'ledger', { method: 'depositFund', value: OG }),
      await run(user, 'ledger', { method: 'depositFund', value: OG / 2n }),
    ]
    expect(answers).toEqual(['DirectDepositsDisabled', 'DirectDepositsDisabled', 'ok', 'ok'])
    expect(await look('ledger', 'getLedger', user)).toMatchObject({ availableBalance: 13n * OG + OG / 2n })
  })

  /** A user with 20 OG in the ledger, of which an inference and a fine-tuning provider hold 4 each. */
  async function opened() {
    await world.restart()
    const real = createReal(world)
    const simulated: Contracts = world.simulate()
    const [user, provider, tuner] = [world.people.wallets, world.people.inference, world.people.fineTuning].map((all) =>
      nth(all, 0),
    ) as [string, string, string]
    let now = world.startAt
    await run(user, 'ledger', { method: 'depositFund', value: 20n * OG })
    await run(user, 'ledger', 'transferFund', provider, 'inference-v1.0', 4n * OG)
    await run(user, 'ledger', 'transferFund', tuner, 'fine-tuning-v1.0', 4n * OG)
    return { run, look, user, provider, tuner, wait: (seconds: number) => Promise.resolve((now += seconds)) }

    /** @returns ok, or the error's name */
    async function run(
      from: string,
      contract: ContractCall['contract'],
      what: string | { method: string; value: bigint },
      ...args: readonly unknown[]
    ): Promise<string> {
      now += 1
      const { method, value } = typeof what === 'string' ? { method: what, value: 0n } : what
      const transaction = { from, value, call: { contract, method, args }, timestamp: now }
      const execution =
        name === 'simulation' ? simulated.execute(transaction) : await real.execute(await real.signed(transaction))
      return execution.ok ? 'ok' : execution.error.name
    }

    async function look(contract: ContractCall['contract'], method: string, ...args: unknown[]): Promise<unknown> {
      const call = { contract, method, args }
      const answer = name === 'simulation' ? simulated.view(call) : await real.ask(call)
      return answer.ok ? answer.value : answer.error.name
    }
  }
})

describe('the gas of the simulation is that of the bytecode, but for a tenth, of', () => {
  test.each([1, 2, 3, 10, 50])('%i settlements of two users in one call', async (count) => {
    const { both, users, provider } = await opened()
    const settlements = Array.from({ length: count }, (_, index) => ({
      requestsHash: `0x${'12'.repeat(32)}`,
      user: nth(users, index % 2),
      provider,
      totalFee: 5n,
      nonce: BigInt(index + 1),
      signer: provider,
      spoil: 'nothing',
    }))
    const { ours, theirs } = await both(provider, {
      contract: 'inference',
      method: 'settleFeesWithTEE',
      args: [settlements],
    })
    expect(Math.abs(ours - theirs) / theirs, `${ours} for ${theirs}`).toBeLessThan(0.1)
    // The network's own spec of the largest batch: less than 2,000,000, and 50,000 for each.
    if (count === 50) expect(Math.max(ours, theirs)).toBeLessThan(2_000_000)
  })

  test.each([0, 31, 32, 100, 4_096])(
    'a transfer and a retrieval that copy %i bytes of additional info',
    async (bytes) => {
      const { both, users, provider } = await opened()
      const [user] = users as [string]
      const { owner, unlinked, inference } = world.people
      const info = 'x'.repeat(bytes)
      await both(user, { contract: 'ledger', method: 'updateAdditionalInfo', args: [info] })
      await both(owner, {
        contract: 'ledger',
        method: 'registerService',
        args: ['inference', 'v2.0', nth(unlinked, 0), 'It refuses its caller'],
      })
      const transfer = (to: string, name: string, amount = OG) =>
        both(user, { contract: 'ledger', method: 'transferFund', args: [to, name, amount] })
      const made = await transfer(nth(inference, 1), 'inference-v1.0')
      const refused = await transfer(provider, 'inference-v2.0')
      const short = await transfer(provider, 'inference-v2.0', 500n * OG)
      const retrieved = await both(user, {
        contract: 'ledger',
        method: 'retrieveFund',
        args: [[provider], 'inference-v1.0'],
      })
      expect([made.ok, refused.ok, short.ok, retrieved.ok]).toEqual([true, false, false, true])
      for (const { ours, theirs } of [made, refused, short, retrieved])
        expect(Math.abs(ours - theirs) / theirs, `${ours} for ${theirs}`).toBeLessThan(0.2)
    },
  )

  test.each([
    ['inference', 0],
    ['inference', 31],
    ['inference', 32],
    ['inference', 1_000],
    ['inference', 4_096],
    ['fineTuning', 4_096],
  ] as const)(
    'retrievals from an account of %s that was opened with %i bytes of additional info',
    async (of, bytes) => {
      const { both, users } = await opened()
      const [user] = users as [string]
      const provider = nth(world.people[of], of === 'inference' ? 1 : 0)
      const name = of === 'inference' ? 'inference-v1.0' : 'fine-tuning-v1.0'
      const ledger = (method: string, ...args: unknown[]) => both(user, { contract: 'ledger', method, args })
      await ledger('updateAdditionalInfo', 'x'.repeat(bytes))
      await ledger('transferFund', provider, name, OG)
      // The account keeps its own copy.
      await ledger('updateAdditionalInfo', '')
      const answers = [
        await ledger('retrieveFund', [provider], name),
        await ledger('retrieveFund', [provider], name),
        await ledger('retrieveFund', [provider, provider], name),
      ]
      for (const { ours, theirs } of answers)
        expect(Math.abs(ours - theirs) / theirs, `${ours} for ${theirs}`).toBeLessThan(0.1)
    },
  )

  async function opened() {
    await world.restart()
    const real = createReal(world)
    const simulated: Contracts = world.simulate()
    const users = [0, 1].map((index) => nth(world.people.wallets, index))
    const provider = nth(world.people.inference, 0)
    let now = world.startAt
    for (const user of users) {
      await both(user, { contract: 'ledger', method: 'depositFund', args: [] }, 20n * OG)
      await both(user, { contract: 'ledger', method: 'transferFund', args: [provider, 'inference-v1.0', 4n * OG] })
    }
    return { both, users, provider }

    async function both(from: string, call: ContractCall, value = 0n) {
      now += 1
      const transaction = await real.signed({ from, value, call, timestamp: now })
      const [ours, theirs] = [simulated.execute(transaction), await real.execute(transaction)]
      expect(ours.ok).toBe(theirs.ok)
      return { ok: ours.ok, ours: Number(ours.gas), theirs: Number(theirs.gas) }
    }
  }
})

type Service = 'inference' | 'fineTuning'
type Account = {
  balance: bigint
  pendingRefund: bigint
  nonce: bigint
  refunds: readonly unknown[]
  validRefundsLength: bigint
  deliverables: readonly unknown[]
  deliverablesHead: bigint
}
