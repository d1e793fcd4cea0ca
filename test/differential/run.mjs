// npm run test:differential -- --runs N [--seed S]: more histories than the default sample, and how often each outcome came.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const env = {
  ...process.env,
  DIFFERENTIAL_TALLY: '1',
  ...(values.runs && { DIFFERENTIAL_RUNS: values.runs }),
  ...(values.seed && { DIFFERENTIAL_SEED: values.seed }),
}
const { status } = spawnSync('npx', ['vitest', 'run', 'test/differential/differential.test.ts'], {
  env,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
