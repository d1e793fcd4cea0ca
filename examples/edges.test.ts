import { autoFundingMachine } from 'og-ledger/machines'
import { edgePaths, missingEdges, walk } from 'og-ledger/testing'
import 'og-ledger/testing/vitest'
import { expect, test } from 'vitest'

const paths = edgePaths(autoFundingMachine, {
  input: { provider: '0xa48f01287233509FD694a22Bf840225062E67836', serviceType: 'inference' },
  events: [
    { type: 'plan.sufficient' },
    { type: 'plan.hold', reason: 'refund-pending' },
    { type: 'plan.topUp', amount: '5', at: 0 },
    { type: 'plan.propose', amount: '5', at: 0 },
    { type: 'reading.caughtUp' },
  ],
  outputs: {
    topUp: [{ transactionHash: '0x01', blockNumber: 1 }],
    approve: [
      { approved: true, at: 0 },
      { approved: false, at: 0 },
    ],
  },
})

test.for(paths)('auto-funding: $title', async (path) => {
  expect(await walk(autoFundingMachine, path)).toBeInState(path.to)
})

test('auto-funding: every edge has a path', () => {
  expect(missingEdges(autoFundingMachine, paths)).toEqual([])
})
