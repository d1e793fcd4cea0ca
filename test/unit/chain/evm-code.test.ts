import { expect, test } from 'vitest'
import { assemble } from '../../../src/chain/evm-code.ts'

test('opcodes, values in as few bytes as they take, and the places of names', () => {
  expect(assemble(['ADD', 0, 255, 256, 2n ** 256n - 1n])).toBe(`01600060ff6101007f${'ff'.repeat(32)}`)
  expect(assemble([{ push: 'end' }, { place: 'start' }, 'JUMPDEST', { push: 'start' }, { place: 'end' }])).toBe(
    '6100075b610003',
  )
})

test('a place that no step gives, and one beyond 64 kB', () => {
  expect(() => assemble([{ push: 'nowhere' }])).toThrow('The code has no place nowhere that can be pushed.')
  const far = Array.from({ length: 0x10000 }, () => 'POP' as const)
  expect(() => assemble([{ push: 'far' }, ...far, { place: 'far' }])).toThrow('The code has no place far')
})
