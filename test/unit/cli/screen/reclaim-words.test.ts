import { expect, test } from 'vitest'
import { plan, type ReclaimDecision, type ReclaimStanding } from '../../../../machines/index.ts'
import { planLines } from '../../../../src/cli/screen/plan-lines.ts'
import { decisionInWords, reclaimInWords } from '../../../../src/cli/screen/decision-words.ts'
import { moment } from '../../../../src/cli/screen/words.ts'
import { account, input, position, standing } from '../../../support/plans.ts'
import { reclaimHolds } from '../../../support/type-names.ts'

const OG = 10n ** 18n
const row: ReclaimDecision = { amount: 2n * OG, cost: 0n, idleFrom: 86_400, wait: null }

test('what is asked back, and why it is not, is said in words', () => {
  const words = Object.keys(reclaimHolds).map((wait) => reclaimInWords({ ...row, wait } as ReclaimDecision))
  expect(reclaimInWords(row)).toBe('idle: asks 2 OG back')
  expect(reclaimInWords({ ...row, wait: 'in-use' })).toBe(`in use, idle from ${moment(86_400)}`)
  expect(reclaimInWords({ ...row, wait: 'use-unknown', idleFrom: null })).toBe('its use is not known for long enough')
  expect(reclaimInWords({ ...row, wait: 'not-needed' })).toBe('idle: the ledger needs nothing')
  expect(new Set(words).size).toBe(Object.keys(reclaimHolds).length)
})

test('a plan says it beside what auto-funding decides', () => {
  const idle: ReclaimStanding = {
    after: 100,
    keep: OG,
    when: 'always',
    use: { knownSince: 0, lastAt: null, reclaimedAt: null, isReading: false },
    failure: null,
  }
  const [decision] = plan(
    input({ position: position(0n, [account('a', 3n * OG)]), standings: [standing('a', { reclaim: idle })] }),
  )
  if (!decision) throw new Error('no decision')
  expect(decisionInWords(decision)).toBe('enough is available; idle: asks 2 OG back')
  for (const width of [200, 100, 80])
    expect(planLines([decision], width).join('\n')).toContain('enough is available; idle: asks 2 OG back')
})
