import { meantService } from '../../base/service-words.ts'
import type { Broker, ServiceManager, ServiceType } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'

export const SERVICE_TYPES = ['inference', 'fine-tuning'] as const satisfies readonly ServiceType[]

export const serviceOption = {
  type: 'string',
  valueHint: 'type',
  default: 'inference',
  description: 'inference or fine-tuning',
} as const

export function serviceTypeOf(text: string): ServiceType {
  const found = SERVICE_TYPES.find((type) => type === text)
  if (found) return found
  throw new UsageError(`--service is one of ${SERVICE_TYPES.join(', ')}; this is ${quote(text)}.`)
}

/** A service type, or a name under which a service is registered on this network. A wrong one is refused before the question. */
export function serviceOn({ rules }: Broker, text: string): string {
  const known = Object.entries(rules.serviceNames).flat()
  if (known.includes(text)) return text
  throw new UsageError(`There is no service ${quote(text)}: there are ${known.join(', ')}.`)
}

/** A wrong word, and the service type that it stands for. */
function quote(text: string): string {
  const meant = meantService(text)
  return `${JSON.stringify(text)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
}

/** The same, or a version that the network does not name: the broker finds it where money of the wallet lies in it. */
export function serviceToLeave(broker: Broker, text: string): string {
  return /^(inference|fine-tuning)-\S+$/.test(text) ? text : serviceOn(broker, text)
}

export function managerOf(broker: Broker, service: ServiceType): ServiceManager {
  return service === 'inference' ? broker.inference : broker.fineTuning
}
