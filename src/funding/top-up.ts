import type { TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { OvertakenError } from '../base/errors.ts'
import type { Plan } from './keeper.ts'
import { keyOf } from '../base/sub-account-key.ts'

/**
 * What was approved may be paused by now, paid by somebody else, or more than limits leave. It is refused then, and what is
 * wanted instead is proposed anew: somebody approved this amount, and no other.
 *
 * @throws OvertakenError where a plan does not want that much any more
 */
export function checkWanted(request: TopUpRequest, { decisions }: Plan): void {
  const { provider, amount } = request
  const decision = decisions.find((one) => keyOf(one) === keyOf(request))
  const wanted = !decision || decision.action === 'hold' ? 0n : decision.amount
  if (wanted >= BigInt(amount)) return
  throw new OvertakenError('What was approved is not wanted any more.', {
    provider,
    approved: `${weiToOg(BigInt(amount))} OG`,
    wanted: `${weiToOg(wanted)} OG`,
    because: decision?.action === 'hold' ? decision.reason : undefined,
  })
}
