import type { Position } from '../../machines/position.types.ts'
import type { Rules } from './port.ts'
import { resolveService, type Service } from './service-name.ts'

/**
 * Finds a service as `resolveService`, and also a version of one in which a position shows money and that the network does not name.
 *
 * @throws InvalidInputError for an unknown name
 */
export function resolveServiceIn(
  { elsewhere = [] }: Pick<Position, 'elsewhere'>,
  service: string,
  rules: Rules,
): Service {
  const other = elsewhere.find((one) => one.service === service)
  return other ? { serviceType: other.serviceType, name: service } : resolveService(service, rules)
}
