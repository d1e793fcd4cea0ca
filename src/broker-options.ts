import {
  anything,
  checkOptions,
  isBoolean,
  isEither,
  isFunction,
  isHidden,
  isMilliseconds,
  isObjectOf,
  isObjectWith,
  isSignal,
  isText,
  isWei,
  type Fields,
} from './base/check-options.ts'
import type { BrokerOptions } from './broker.types.ts'
import { checkConnection } from './chain/connection-options.ts'
import { checkNetwork } from './chain/networks.ts'

/**
 * Checks the options of `createBroker` before anything is read, opened or sent. An unknown name is refused: a misspelt limit
 * would limit nothing.
 *
 * @throws InvalidInputError that names the option and what it takes
 */
export async function checkBrokerOptions(options: BrokerOptions): Promise<void> {
  checkOptions('createBroker', options, fields)
  await checkConnection(options)
  checkNetwork(options.network)
}

const fields: Fields<BrokerOptions> = {
  // checkConnection and checkNetwork say more than one sentence about these.
  signer: anything,
  provider: anything,
  network: anything,
  address: isHidden(isText),
  intervalMs: isMilliseconds({ least: 100 }),
  journal: isObjectWith('a journal, such as memoryJournal()', ['load', 'append', 'close']),
  maxFeePerGas: isWei,
  signerTimeoutMs: isMilliseconds({ least: 1_000 }),
  // What stands in it is checked by toBudget.
  budget: isObjectOf({ amount: anything, per: anything }),
  autoClaim: isBoolean,
  logger: isObjectWith('a logger, such as console or pino', ['debug', 'info', 'warn', 'error']),
  tracer: isObjectWith('an OpenTelemetry tracer', ['startSpan']),
  inspect: isEither(isFunction, isObjectWith('an observer', ['next'])),
  signal: isSignal,
}
