import { memoryUsage } from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { abiWords, addressAt } from '../../../src/chain/abi-words.ts'

test('an address that is remembered does not keep the answer that it was in', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = memoryUsage().heapUsed
  for (let index = 0; index < 40; index += 1) addressAt(abiWords(answerWith(index)), 0)
  collect()
  expect(memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
})

/** A megabyte as a node sends it: one flat string. */
function answerWith(address: number): string {
  const text = `{"result":"0x${address.toString(16).padStart(64, '0')}${'ab'.repeat(500_000)}"}`
  return (JSON.parse(text) as { result: string }).result
}
