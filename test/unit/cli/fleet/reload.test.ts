import { expect, test } from 'vitest'
import { createFleetReload, type FleetReload } from '../../../../src/cli/fleet/reload.ts'
import type { FleetOrders } from '../../../../src/cli/fleet/orders.ts'
import type { WalletPolicy, WalletState } from '../../../../src/fleet/index.ts'

const [A, B, C] = ['0xa', '0xb', '0xc'] as const
const funds = (provider: string, target = 2): WalletPolicy => ({
  autoFunding: [{ provider, serviceType: 'inference', config: { target, minTopUp: '1' } }],
})

function ordersOf(policies: Record<string, WalletPolicy>, capacity = 3): FleetOrders {
  return {
    config: { capacity } as FleetOrders['config'],
    wallets: Object.keys(policies).map((address) => ({ address, name: address })),
    policies: new Map(),
    walletPolicyOf: (wallet) => policies[wallet] ?? {},
    nameOf: (wallet) => wallet,
    signerOf: () => Promise.reject(new Error('no key')),
  }
}

/** A fleet that notes what is done to it; wallets are open unless another state is named. */
function fleetOf(orders: FleetOrders, states: Record<string, WalletState> = {}) {
  const done: string[] = []
  const said: string[] = []
  /** Wallets that start nothing now. */
  const refusing = new Set<string>()
  let current = orders
  let next = () => Promise.resolve(orders)
  const note = (text: string) => Promise.resolve(void done.push(text))
  const managerOf = (wallet: string) => ({
    startAutoFunding(provider: string, { target }: { target: number }) {
      if (refusing.has(wallet)) throw new Error('The ledger is being closed.')
      done.push(`${wallet} funds ${provider} to ${target}`)
    },
    stopAutoFunding: (provider: string) => void done.push(`${wallet} stops ${provider}`),
  })
  const fleet = {
    add: (wallet: string) => note(`add ${wallet}`),
    remove: (wallet: string) => note(`remove ${wallet}`),
    wallets: () => orders.wallets.map(({ address }) => ({ wallet: address, state: states[address] ?? 'open' })),
    broker: (wallet: string) =>
      (states[wallet] ?? 'open') === 'open'
        ? {
            inference: managerOf(wallet),
            ledger: {
              startAutoDeposit: () => void done.push(`${wallet} deposits`),
              stopAutoDeposit: () => void done.push(`${wallet} stops deposits`),
            },
          }
        : null,
  } as unknown as FleetReload['fleet']
  const reload = createFleetReload({
    file: 'fleet.json',
    fleet,
    read: () => next(),
    orders: () => current,
    follow: (one) => (current = one),
    say: (text) => void said.push(text),
    signal: new AbortController().signal,
  })
  return {
    done,
    said,
    refusing,
    current: () => current,
    async reread(orders: FleetOrders | Error) {
      next = () => (orders instanceof Error ? Promise.reject(orders) : Promise.resolve(orders))
      await reload()
    },
  }
}

test('terms are applied to brokers that are open, and wallets come and go', async () => {
  const { done, said, reread } = fleetOf(ordersOf({ [A]: funds('0x1'), [B]: funds('0x1') }))
  await reread(ordersOf({ [A]: { ...funds('0x2'), autoDeposit: { trigger: '1', target: '2' } }, [C]: {} }, 9))
  expect(done).toEqual(['add 0xc', 'remove 0xb', '0xa deposits', '0xa funds 0x2 to 2', '0xa stops 0x1'])
  expect(said).toEqual([
    'fleet.json is read again: 1 added, 1 removed, 1 with another policy. Changes of capacity take effect at the next start.',
  ])
})

test('the same terms in another order change nothing, and other ones are applied', async () => {
  const { done, said, reread } = fleetOf(ordersOf({ [A]: funds('0x1') }))
  await reread(
    ordersOf({
      [A]: { autoFunding: [{ config: { minTopUp: '1', target: 2 }, serviceType: 'inference', provider: '0x1' }] },
    }),
  )
  expect(done).toEqual([])
  await reread(ordersOf({ [A]: funds('0x1', 3) }))
  expect(done).toEqual(['0xa funds 0x1 to 3'])
  expect(said.map((text) => text.slice(26))).toEqual([
    '0 added, 0 removed, 0 with another policy.',
    '0 added, 0 removed, 1 with another policy.',
  ])
})

test('a broker is opened anew for what is set at its opening, where it is being opened, and where that failed', async () => {
  const before = ordersOf({ [A]: funds('0x1'), [B]: funds('0x1'), [C]: funds('0x1') })
  const { done, said, reread } = fleetOf(before, { [B]: 'opening', [C]: 'failed' })
  const budget = { amount: '5', per: '1d' } as const
  await reread(ordersOf({ [A]: { ...funds('0x1'), budget }, [B]: funds('0x2'), [C]: funds('0x1') }))
  expect(done.toSorted()).toEqual(['add 0xa', 'add 0xb', 'add 0xc', 'remove 0xa', 'remove 0xb', 'remove 0xc'])
  expect(said).toEqual([
    'fleet.json is read again: 0 added, 0 removed, 2 with another policy. 1 that failed is tried again.',
  ])
})

test('a wallet of another process takes its policy when it is opened here', async () => {
  const { done, current, reread } = fleetOf(ordersOf({ [A]: funds('0x1') }), { [A]: 'foreign' })
  await reread(ordersOf({ [A]: funds('0x2') }))
  expect([done, current().walletPolicyOf(A)]).toEqual([[], funds('0x2')])
})

test('a file that cannot be used changes nothing, and says why', async () => {
  const before = ordersOf({ [A]: funds('0x1') })
  const { done, said, current, reread } = fleetOf(before)
  await reread(new Error('fleet.json: capacity: a whole number.'))
  expect([done, said]).toEqual([[], ['The old config stays in effect. fleet.json: capacity: a whole number.']])
  expect(current()).toBe(before)
})

test('a change that a wallet refuses stops nothing there, keeps no other from its own, and is made when the file is read again', async () => {
  const { done, said, refusing, reread } = fleetOf(ordersOf({ [A]: funds('0x1'), [B]: funds('0x1') }))
  refusing.add(A)
  const next = ordersOf({ [A]: funds('0x2'), [B]: funds('0x2') })
  await reread(next)
  expect(done.splice(0)).toEqual(['0xb funds 0x2 to 2', '0xb stops 0x1'])
  refusing.clear()
  await reread(next)
  await reread(next)
  expect(done).toEqual(['remove 0xa', 'add 0xa'])
  expect(said).toEqual([
    '0xa…0xa is left as it was until the file is read again: The ledger is being closed.',
    'fleet.json is read again: 0 added, 0 removed, 1 with another policy.',
    'fleet.json is read again: 0 added, 0 removed, 1 with another policy.',
    'fleet.json is read again: 0 added, 0 removed, 0 with another policy.',
  ])
})
