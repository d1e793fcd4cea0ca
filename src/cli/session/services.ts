import type { Broker, ServiceManager, ServiceType } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { choiceOf } from '../arguments/values.ts'

export const SERVICE_TYPES = ['inference', 'fine-tuning'] as const satisfies readonly ServiceType[]

export const serviceOption = {
  type: 'string',
  valueHint: 'type',
  default: 'inference',
  description: 'inference or fine-tuning',
} as const

export const serviceTypeOf = (text: string): ServiceType => choiceOf(text, 'service', SERVICE_TYPES)

/** A service type, or a name under which a service is registered on this network. A wrong one is refused before the question. */
export function serviceOn({ rules }: Broker, text: string): string {
  const known = Object.entries(rules.serviceNames).flat()
  if (known.includes(text)) return text
  throw new UsageError(`There is no service ${JSON.stringify(text)}: there are ${known.join(', ')}.`)
}

/** The same, or a version that the network does not name: the broker finds it where money of the wallet lies in it. */
export function serviceToLeave(broker: Broker, text: string): string {
  return /^(inference|fine-tuning)-\S+$/.test(text) ? text : serviceOn(broker, text)
}

export function managerOf(broker: Broker, service: ServiceType): ServiceManager {
  return service === 'inference' ? broker.inference : broker.fineTuning
}
