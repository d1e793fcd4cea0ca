import { expect, test, vi } from 'vitest'
import { Lazy } from '../../../src/base/lazy.ts'

test('a part is made at its first use, and once', () => {
  const make = vi.fn(() => ({ name: 'part' }))
  const lazy = new Lazy(make)
  expect([lazy.made, make.mock.calls.length]).toEqual([null, 0])
  const { part } = lazy
  expect([part, lazy.part === part, lazy.made === part, make.mock.calls.length]).toEqual([
    { name: 'part' },
    true,
    true,
    1,
  ])
})

test('a part that could not be made is made at the next use', () => {
  const make = vi.fn(() => ({}))
  make.mockImplementationOnce(() => {
    throw new Error('not yet')
  })
  const lazy = new Lazy(make)
  expect(() => lazy.part).toThrow('not yet')
  expect([lazy.made, lazy.part === lazy.part]).toEqual([null, true])
})
