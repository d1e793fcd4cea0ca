// npm run test:chaos -- --runs N [--seed S]: more seeded runs than the default sample.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const env = {
  ...process.env,
  ...(values.runs && { CHAOS_RUNS: values.runs }),
  ...(values.seed && { CHAOS_SEED: values.seed }),
}
const { status } = spawnSync('npx', ['vitest', 'run', 'test/chaos'], { env, stdio: 'inherit' })
process.exitCode = status ?? 1
