import { expect, test } from 'vitest'
import { createSlot } from '../../../src/base/slot.ts'

test('a part is there once its slot is filled, and not before', () => {
  const slot = createSlot<{ name: string }>('cycle')
  expect(() => slot.get()).toThrow('The cycle is used before it is made.')
  const part = { name: 'part' }
  slot.put(part)
  expect(slot.get()).toBe(part)
})

test('a slot is filled once', () => {
  const slot = createSlot<object>('cycle')
  slot.put({})
  expect(() => slot.put({})).toThrow('The cycle is made twice.')
})
