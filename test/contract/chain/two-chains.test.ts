import type { JsonRpcProvider } from 'ethers'
import { expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { connect, localChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf } from '../../support/low-wallet.ts'

test.each([true, false])(
  'a node of another chain behind the same URL gives no position, and the next answer of the own chain does (Multicall3: %s)',
  async (multicall3) => {
    await using chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, multicall3 })
    await using other = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, multicall3 })
    await other.provider.send('anvil_setChainId', [1])
    const low = await lowWallet(chain, chain.inference)
    // The other chain is ahead: by their blocks alone its answers are the newer ones.
    await other.mine(50)
    let at: JsonRpcProvider = chain.provider
    const balanced = Object.assign(connect(chain.anvil.url), {
      send: (method: string, params: unknown[]) => at.send(method, params) as Promise<unknown>,
    })
    await using broker = await createBroker({
      signer: low.wallet.connect(balanced),
      network: chain.network,
      journal: memoryJournal(),
    })
    const before = await broker.position()

    at = other.provider
    await expect(broker.position()).rejects.toMatchObject({
      name: 'ReadError',
      facts: {
        expected: 'chain 31337',
        actual: 'chain 1',
        do: 'check the nodes behind this URL: all of them must be of one chain',
      },
    })
    at = chain.provider
    expect(await broker.position()).toEqual(before)
    expect(await outcomeOf(chain, low)).toMatchObject({ spent: 0n, mined: 0, waiting: 0 })
    balanced.destroy()
  },
)
