import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

/** The files that take half a minute and more on two cores, the longest first. */
const LONGEST = [
  'test/browser/scenes.test.ts',
  'test/browser/next-example.test.ts',
  'test/e2e/bundlers.test.ts',
  'test/chaos/closing/crash.test.ts',
  'test/browser/demo.test.ts',
  'test/e2e/cli/journal-repair.test.ts',
  'test/model/simulated.law.test.ts',
  'test/chaos/lies.test.ts',
  'test/e2e/cli/refunds.test.ts',
  'test/chaos/refunds/reclaim.test.ts',
  'test/contract/funding/top-up.test.ts',
  'test/browser/react-example.test.ts',
  'test/chaos/postgres/takeover.test.ts',
  'test/chaos/closing/histories.test.ts',
].map((file) => join(root, file))
for (const file of LONGEST) if (!existsSync(file)) throw new Error(`${file} is missing, one of the longest tests.`)

/**
 * Begins with the longest files, so that none of them is left to one worker at the end. On a clean clone vitest knows no durations, and
 * would begin with the largest files: a short one may build an app for minutes.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of vitest, which gives a new list
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => LONGEST.indexOf(moduleId)
    const longest = sorted.filter((file) => rank(file) >= 0).toSorted((a, b) => rank(a) - rank(b))
    return [...longest, ...sorted.filter((file) => rank(file) < 0)]
  }
}
