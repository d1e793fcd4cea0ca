import { abortable } from './base/abortable.ts'
import { checkObject } from './base/check-options.ts'
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
 * @throws ChunkLoadError where the library's code does not come to a page
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  checkObject('createBroker', options)
  const wasAborted = options.signal?.aborted
  await checkBrokerOptions(options)
  toBudget(options.budget)
  if (options.autoClaim) checkAutoClaim(approvalNeedOf({ isForgetful: false }))
  if (wasAborted) throw new AbortedError('The broker was aborted before it was open.')
  // The engine is most of the library: a page shows before it is loaded, and a program that only converts amounts goes without it.
  const { connectBroker } = engine.now ?? (await loadEngine(options))
  return connectBroker(inMs(options))
}

/**
 * Loads the engine, or ends with the caller's signal. An opening that is aborted meanwhile goes on without a caller, only so that the
 * engine, once it is there, closes the caller's journal: unless another broker has that journal.
 */
async function loadEngine(options: BrokerOptions) {
  const { signal } = options
  try {
    return await abortable(engine.load(), signal)
  } catch (error) {
    if (signal?.aborted)
      void engine
        .load()
        .then(({ connectBroker }) => connectBroker(inMs(options)))
        .catch(() => undefined)
    throw error
  }
}
