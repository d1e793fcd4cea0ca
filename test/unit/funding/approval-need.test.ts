import { afterEach, expect, test, vi } from 'vitest'
import { approvalNeedOf, checkAutoClaim } from '../../../src/funding/approval-need.ts'

afterEach(() => vi.unstubAllGlobals())

test('a program with a journal that outlives it pays by itself', () => {
  expect(approvalNeedOf({ isForgetful: false })()).toBeNull()
})

test('a program whose journal is gone with it asks a person, and so does a page', () => {
  const need = approvalNeedOf({ isForgetful: true })
  expect(need()).toBe('Without a journal that outlives this program')
  vi.stubGlobal('document', {})
  expect(need()).toBe('In a browser')
})

test('where a person must approve each payment, no refund is claimed without one', () => {
  expect(() => checkAutoClaim(() => null)).not.toThrow()
  expect(() => checkAutoClaim(() => 'In a browser')).toThrow('In a browser refunds are not claimed by themselves.')
})
