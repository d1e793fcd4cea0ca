import { expect, test } from 'vitest'
import { accountsView } from '../../../src/chain/account-list.ts'
import { inferenceAbi, ledgerAbi, multicallAbi } from '../../../src/chain/abi.ts'
import { view } from '../../../src/chain/rules.ts'
import { callsFor, walletViews } from '../../../src/chain/wallet-views.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'

const [ledger, inference, fineTuning, multicall, wallet] = [
  'ledger',
  'inference',
  'fine-tuning',
  'multicall',
  'wallet',
].map(fakeAddress) as [string, string, string, string, string]

test('the calls of a reading are encoded as ethers encodes them for the wallet', () => {
  const inferenceCalls = [
    view(ledger, ledgerAbi, 'getLedger', [wallet]),
    view(inference, inferenceAbi, 'lockTime'),
    accountsView({ serviceType: 'inference', address: inference, wallet }),
  ]
  expect(callsFor(walletViews({ ledger, inference }, null), wallet)).toEqual(inferenceCalls)
  expect(callsFor(walletViews({ ledger, inference, fineTuning }, multicall), wallet)).toEqual([
    view(multicall, multicallAbi, 'getEthBalance', [wallet]),
    ...inferenceCalls,
    view(fineTuning, inferenceAbi, 'lockTime'),
    accountsView({ serviceType: 'fine-tuning', address: fineTuning, wallet }),
  ])
})
