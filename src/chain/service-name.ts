import type { ServiceType } from '../../machines/position.types.ts'
import type { ContractName, Rules } from './port.ts'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import { meantService } from '../base/service-words.ts'

/** What a call takes as a service: its type, or an exact registered name such as `inference-v1.0`. Editors complete the types. */
export type ServiceName = ServiceType | (string & {})

/** A service type and its registered name. */
export type Service = { serviceType: ServiceType; name: string }

/**
 * Finds a service by its type or by its registered name, such as `inference-v1.0`.
 *
 * @throws InvalidInputError for an unknown name: a misspelt one must not send money to another service
 */
export function resolveService(service: string, { serviceNames }: Rules): Service {
  for (const [serviceType, name] of Object.entries(serviceNames) as [ServiceType, string][])
    if (service === serviceType || service === name) return { serviceType, name }
  const known = Object.entries(serviceNames).flatMap((entry) => entry)
  throw new InvalidInputError('There is no such service type.', {
    serviceType: describeValue(service),
    'did you mean': meantService(service),
    known: known.join(', '),
  })
}

/** Whether a name may be that of a version that the network does not name: only a position tells whether it is. */
export function mayBeElsewhere(service: string, { serviceNames }: Rules): boolean {
  return /^(inference|fine-tuning)-\S+$/.test(service) && !Object.values(serviceNames).includes(service)
}

export const contractOf = (serviceType: ServiceType): ContractName =>
  serviceType === 'inference' ? 'inference' : 'fineTuning'
