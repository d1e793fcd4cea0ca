import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { ClosingStep, Setback } from '../../machines/ledger/ledger.types.ts'

/**
 * Setbacks after a retrieve. Success forgets those of its providers. A batch that was refused is tried again in halves,
 * until the provider that spoils it is alone and backs off; the others go on.
 *
 * @param refused null where the retrieve succeeded
 */
export function setbacksAfter(
  setbacks: readonly Setback[],
  step: ClosingStep,
  refused: { at: number; message: string } | null,
): Setback[] {
  if (step.type !== 'retrieve') return [...setbacks]
  const { providers } = step
  const service = serviceOf(step)
  const isOf = (one: Setback) =>
    one.serviceType === step.serviceType && one.service === step.service && providers.includes(one.provider)
  const others = setbacks.filter((one) => !isOf(one))
  if (!refused) return others
  const [alone, ...more] = providers
  const before = setbacks.find(isOf)?.failure ?? null
  return more.length > 0 || alone === undefined
    ? [...others, ...providers.map((provider) => splitOf({ provider, ...service }, providers.length))]
    : [
        ...others,
        {
          provider: alone,
          ...service,
          atMost: 1,
          failure: failureAfter(before, { at: refused.at, error: refused.message }),
        },
      ]
}

type ServiceOf = Pick<Setback, 'serviceType' | 'service'>

const serviceOf = ({ serviceType, service }: ServiceOf): ServiceOf => ({
  serviceType,
  ...(service !== undefined && { service }),
})

const splitOf = (id: ServiceOf & { provider: string }, size: number): Setback => ({
  ...id,
  atMost: Math.ceil(size / 2),
  failure: null,
})
