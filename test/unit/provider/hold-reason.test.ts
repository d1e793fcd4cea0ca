import { expect, test } from 'vitest'
import { ServiceNotOfferedError } from '../../../src/base/not-sent-errors.ts'
import { holdReasonOf } from '../../../src/provider/hold-reason.ts'

test('a provider that is not paid is told apart: it offers no such service, or its signer is not accepted', () => {
  const of = (offers: ('inference' | 'fine-tuning')[]) =>
    holdReasonOf(new ServiceNotOfferedError('', { provider: 'p', service: 'inference', offers }))
  expect([of([]), of(['fine-tuning']), of(['inference'])]).toEqual([
    'provider-unregistered',
    'provider-unregistered',
    'provider-unaccepted',
  ])
})
