import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { killedAndRestarted, MOMENTS } from '../support/killed-keeper.ts'
import { outcomeOf, paidOnce } from '../support/low-wallet.ts'
import { chaosRuns } from '../support/runs.ts'

let chain: LocalChain
let folder: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [10])
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-crash-'))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(chaosRuns(MOMENTS.length))(
  'killed at a chosen moment, each deficit is paid once (seed $seed)',
  async ({ seed, random }) => {
    const crashAt = MOMENTS[seed % MOMENTS.length] ?? MOMENTS[0]
    const low = await killedAndRestarted(chain, { crashAt, random, journal: join(folder, `${seed}.journal`) })
    expect(await outcomeOf(chain, low), `${crashAt}, seed ${seed}`).toEqual(paidOnce(low))
  },
)
