// Counts how often components render while readings change nothing, and when a provider charges. Prints what they got.
import process from 'node:process'
import { createSimulatedBroker } from 'og-ledger/testing'
import { LedgerProvider, useLedger, useLedgerAction, usePlan, usePosition, useSubAccount } from 'og-ledger/react'
import * as React from 'react'
import * as renderer from 'react-test-renderer'

const { createElement: h, StrictMode, useEffect, version } = React
const act = React.act ?? renderer.act
globalThis.IS_REACT_ACT_ENVIRONMENT = true
// The test renderer says at each use that it is deprecated.
console.error = (text) => {
  if (!/react-test-renderer/.test(String(text))) throw new Error(String(text))
}

const sim = await createSimulatedBroker()
const { broker, provider } = sim
await broker.ledger.addLedger('20')
await broker.ledger.transferFund(provider.address, 'inference', '3')

const hooks = {
  ledger: () => useLedger(),
  account: () => useSubAccount(provider.address),
  available: () => useSubAccount(provider.address, 'inference', (account) => account?.available ?? 0n),
  shortfall: () => usePlan(({ shortfall }) => shortfall),
  position: () => usePosition(),
}
const renders = Object.fromEntries(Object.keys(hooks).map((name) => [name, 0]))
const components = Object.entries(hooks).map(([name, use]) => {
  function Component() {
    use()
    useEffect(() => {
      renders[name] += 1
    })
    return null
  }
  return h(Component, { key: name })
})

/** @returns how often each component has rendered meanwhile; of the whole position, how many times depends on how React batches */
async function during(work) {
  const before = { ...renders }
  await act(async () => void (await work()))
  const counts = Object.fromEntries(Object.entries(renders).map(([name, count]) => [name, count - before[name]]))
  return { ...counts, position: counts.position > 0 }
}

let page
const opening = await during(async () => {
  page = renderer.create(h(LedgerProvider, { broker }, components))
  await sim.advance('1s')
})
const quiet = await during(() => sim.advance('10m'))
sim.spend(provider, '1')
const charged = await during(() => sim.advance('1m'))
await act(() => page.unmount())

let action
function Deposit() {
  action = useLedgerAction((one, amount) => one.ledger.depositFund(amount))
  return null
}
await act(async () => {
  page = renderer.create(h(StrictMode, null, h(LedgerProvider, { broker }, h(Deposit))))
  await sim.advance('1s')
})
let clicks
act(() => {
  clicks = [action.run('5'), action.run('5')]
})
await act(() => sim.until(Promise.all(clicks)))
const deposit = {
  status: action.status,
  paid: broker.transactions().filter((one) => one.getSnapshot().context.operation === 'depositFund').length,
}
await act(() => page.unmount())
await sim.close()
process.stdout.write(JSON.stringify({ major: version.split('.')[0], opening, quiet, charged, deposit }))
