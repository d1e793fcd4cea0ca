import { inMs } from './base/durations.ts'
import { AbortedError } from './base/errors.ts'
import { checkBrokerOptions } from './broker-options.ts'
import { roomOf } from './base/room.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { approvalNeedOf, checkAutoClaim } from './funding/approval-need.ts'
import { toBudget } from './funding/config/budget.ts'

const engine = roomOf(() => import('./broker.ts'))

/**
 * Connects to a wallet's 0G Compute ledger.
 *
 * @example
 * const broker = await createBroker({ signer: new Wallet(key, new JsonRpcProvider(url)) })
 * await broker.ledger.depositFund('10')
 * broker.inference.startAutoFunding(provider)
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or nonsense in the options
 * @throws ReadError when the chain cannot be read
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  await checkBrokerOptions(options)
  toBudget(options.budget)
  if (options.autoClaim) checkAutoClaim(approvalNeedOf({ isForgetful: false }))
  if (options.signal?.aborted) throw new AbortedError('The broker was aborted before it was open.')
  // The engine is most of the library: a page shows before it is loaded, and a program that only converts amounts goes without it.
  const { connectBroker } = await engine.load()
  return connectBroker(inMs(options))
}
