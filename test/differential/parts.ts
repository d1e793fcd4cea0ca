import fc from 'fast-check'
import type { Amount, ProviderRef, ServiceRef, SettlementItem, Spoil, Step, When } from './step.ts'

/** Most steps concern one wallet and one provider, so that their state gets deep. */
export const wallet = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constant(1) },
  fc.constant(2),
)
export const inferenceProvider = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constant(1))
export const service = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ServiceRef>('inference') },
  { weight: 2, arbitrary: fc.constant<ServiceRef>('fineTuning') },
)
export const anyService = fc.oneof(
  { weight: 20, arbitrary: service },
  fc.constantFrom<'none' | 'second'>('none', 'second'),
)
export const provider: fc.Arbitrary<ProviderRef> = fc.oneof(
  { weight: 10, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constant<ProviderRef>('stranger') },
  { weight: 1, arbitrary: fc.constantFrom<ProviderRef>('self', 'other', 'zero') },
)
const edge = fc.constantFrom(-1, 0, 1)

export const amount = (...of: Amount['of'][]): fc.Arbitrary<Amount> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ of: fc.constantFrom(...of), plus: edge }) },
    { weight: 2, arbitrary: fc.record({ of: fc.constant<'some'>('some'), plus: fc.integer({ min: 1, max: 4_000 }) }) },
  )

export const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<When>({ after: 1 }) },
  { weight: 2, arbitrary: fc.record({ unlock: edge }) },
  { weight: 1, arbitrary: fc.record({ after: fc.constantFrom(60, 1_799, 1_800, 3_599, 3_600, 3_601, 86_400) }) },
)

export const item: fc.Arbitrary<SettlementItem> = fc.record({
  user: wallet,
  fee: amount('zero', 'free', 'balance', 'pending', 'newest', 'oldest'),
  nonce: fc.oneof(
    { weight: 12, arbitrary: fc.constant<'next'>('next') },
    fc.constantFrom<'same' | 'zero'>('same', 'zero'),
  ),
  signer: fc.oneof(
    { weight: 14, arbitrary: fc.constant<'own'>('own') },
    fc.constantFrom<'other' | 'none'>('other', 'none'),
  ),
  spoil: fc.oneof(
    { weight: 20, arbitrary: fc.constant<'nothing'>('nothing') },
    fc.constantFrom<Spoil>('short', 'low v', 'high s'),
  ),
  provider: fc.oneof({ weight: 14, arbitrary: fc.constant<'own'>('own') }, fc.constant<'other'>('other')),
})

export const work = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 22 }))
export const owner = fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, fc.constant(false))
export const deliverable = fc.integer({ min: 0, max: 3 })

/** A step of one kind. */
export function step<D extends Step['do']>(
  name: D,
  fields: { [K in Exclude<keyof Extract<Step, { do: D }>, 'do' | 'when'>]: fc.Arbitrary<Extract<Step, { do: D }>[K]> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(name), when, ...fields }) as unknown as fc.Arbitrary<Step>
}
