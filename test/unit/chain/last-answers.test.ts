import { expect, test } from 'vitest'
import { createLastAnswers } from '../../../src/chain/last-answers.ts'
import type { Block, Position } from '../../../src/index.ts'
import { positionOf } from '../../support/positions.ts'

const block = (number: number): Block => ({ number, timestamp: 10 * number })

/** A wallet with so much in its ledger. */
const position = (available: number, of: Block): Position => ({ ...positionOf([], { available }), block: of })

function setup() {
  let reply: () => Promise<{ block: Block; digest: string } | null> = () => Promise.resolve(null)
  const seen = { asked: 0, digested: 0 }
  const last = createLastAnswers({
    wallet: '0x',
    digests: {
      read() {
        seen.asked += 1
        return reply()
      },
      of([outcome]) {
        seen.digested += 1
        return outcome?.data ?? null
      },
    },
  })
  return {
    seen,
    look: () => last.look(),
    answers: (answer: () => Promise<{ block: Block; digest: string } | null>) => void (reply = answer),
    read(available: number, data: string) {
      const at = (of: Block) => position(available, of)
      last.keep({ outcomes: [{ reverted: false, data }], position: at(block(1)), at })
    },
    readOthers: () => last.keep(null),
  }
}

test('the digest is asked for once two answers were the same, and a question that fails is followed by the answers', async () => {
  const { seen, look, answers, read } = setup()
  expect(look()).toBeNull()
  read(5, '0x01')
  expect(look()).toBeNull()
  read(5, '0x01')
  answers(() => Promise.resolve({ block: block(3), digest: '0x01' }))
  expect(await look()).toEqual(position(5, block(3)))
  answers(() => Promise.reject(new Error('no answer')))
  await expect(look()).rejects.toThrow('no answer')
  expect([look(), seen.asked]).toEqual([null, 2])
  read(5, '0x01')
  answers(() => Promise.resolve({ block: block(5), digest: '0x02' }))
  expect([await look(), seen.asked]).toEqual([null, 3])
})

test('answers that make another position each time cost no digest', () => {
  const { seen, look, read, readOthers } = setup()
  for (const available of [5, 6, 7]) read(available, `0x0${available}`)
  readOthers()
  read(7, '0x07')
  expect([look(), seen]).toEqual([null, { asked: 0, digested: 0 }])
})

test('answers that change beside the position are read each time, until two are the same', async () => {
  const { seen, look, answers, read } = setup()
  answers(() => Promise.resolve({ block: block(3), digest: '0x02' }))
  read(5, '0x01')
  read(5, '0x01')
  expect(await look()).toBeNull()
  read(5, '0x02')
  expect(look()).toBeNull()
  read(5, '0x02')
  expect([await look(), seen]).toEqual([position(5, block(3)), { asked: 2, digested: 3 }])
})
