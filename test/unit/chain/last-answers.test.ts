import { expect, test } from 'vitest'
import { createLastAnswers } from '../../../src/chain/last-answers.ts'
import type { Block, Position } from '../../../src/index.ts'

const block = (number: number): Block => ({ number, timestamp: 10 * number })
const at = (of: Block) => ({ block: of }) as Position
const ANSWERS = [{ reverted: false, data: '0x01' }] as const

test('the digest is asked for once two answers were the same, and a question that fails is followed by the answers', async () => {
  let reply: () => Promise<{ block: Block; digest: string } | null> = () => Promise.resolve(null)
  let asked = 0
  const last = createLastAnswers({
    wallet: '0x',
    digests: {
      read: () => {
        asked += 1
        return reply()
      },
      of: ([outcome]) => outcome?.data ?? null,
    },
  })
  expect([await last.look(), last.again(ANSWERS, block(1))]).toEqual([null, null])
  last.keep(at)
  expect([await last.look(), last.again(ANSWERS, block(2))]).toEqual([null, { block: block(2) }])
  expect(asked).toBe(0)
  reply = () => Promise.resolve({ block: block(3), digest: '0x01' })
  expect(await last.look()).toEqual({ block: block(3) })
  reply = () => Promise.reject(new Error('no answer'))
  await expect(last.look()).rejects.toThrow('no answer')
  expect([await last.look(), asked]).toEqual([null, 2])
  expect(last.again(ANSWERS, block(4))).toEqual({ block: block(4) })
  reply = () => Promise.resolve({ block: block(5), digest: '0x02' })
  expect(await last.look()).toBeNull()
})
