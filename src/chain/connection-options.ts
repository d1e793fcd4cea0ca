import type { ConnectionOptions } from './connection-mistakes.ts'
import { rooms } from './rooms.ts'

/**
 * Checks what a broker is connected by: an ethers 6 signer, or an ethers 6 provider and an address. The sentences about all that is
 * taken for one of them by mistake are loaded with the first mistake.
 *
 * @throws InvalidInputError
 */
export async function checkConnection(options: ConnectionOptions): Promise<void> {
  if (!isUsual(options)) (await rooms.mistakes.load()).refuseMistakes(options)
}

/** Whether it is beyond doubt: other libraries mark what they make, and a promise has `then`. */
function isUsual({ signer, provider, address }: ConnectionOptions): boolean {
  if (signer === undefined) return address !== undefined && isPlain(provider, ['getNetwork', 'call'])
  const isAlone = provider === undefined && address === undefined
  if (!isAlone || !isPlain(signer, ['getAddress', 'signTransaction', 'sendTransaction'])) return false
  const { provider: own } = signer
  return own === null || isPlain(own, ['getNetwork', 'call'])
}

const MARKS = ['_isSigner', '_isProvider', 'transport', 'then']

function isPlain(value: unknown, methods: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const method = (name: string): boolean => typeof Reflect.get(value, name) === 'function'
  return methods.every(method) && !MARKS.some((name) => name in value)
}
