import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { killedAndRestarted, type Killing } from '../support/killed-keeper.ts'
import { outcomeOf, paidOnce } from '../support/low-wallet.ts'

let chain: LocalChain
let folder: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [10])
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-viem-'))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const killings = ['before-prepared', 'after-prepared', 'in-broadcast', 'after-broadcast', 'after-mined'] as const

test.each(killings)(
  'a process with a local account of viem that is killed %s pays each deficit once',
  async (crashAt) => {
    const killing: Killing = { crashAt, journal: join(folder, crashAt), random: () => 0.5, library: 'viem' }
    const low = await killedAndRestarted(chain, killing)
    expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
  },
)
