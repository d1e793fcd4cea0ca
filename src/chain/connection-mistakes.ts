import { isPromise } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'

/** What a caller passes as a connection. */
export type ConnectionOptions = { signer?: unknown; provider?: unknown; address?: unknown }

/**
 * Refuses what a broker cannot be connected by. Each thing that is taken for a signer or provider by mistake has its own sentence.
 * No message repeats a string: it may be a key, or a URL with one.
 *
 * @throws InvalidInputError
 */
export function refuseMistakes({ signer, provider, address }: ConnectionOptions): void {
  if (signer !== undefined && signer !== null) {
    checkSigner(signer)
    if (provider !== undefined || address !== undefined)
      throw new InvalidInputError('A signer comes with its provider and address.', {
        do: 'leave out provider and address, or leave out the signer',
      })
    return
  }
  if (provider === undefined || provider === null || address === undefined)
    throw new InvalidInputError('A broker needs a signer, or a provider and an address to watch.', {
      missing: provider === undefined || provider === null ? 'signer' : 'address',
      do: 'pass signer: new Wallet(key, new JsonRpcProvider(url)) of ethers 6, or provider and address',
    })
  checkProvider(provider)
}

function checkSigner(signer: unknown): void {
  if (typeof signer === 'string') throw stringAsSigner(signer)
  refuseOtherLibrary('signer', signer, {
    viem: "make a signer of it with signerOf of 'og-ledger/viem'",
    eip1193: 'make a signer of it: await new BrowserProvider(ethereum).getSigner()',
  })
  if (has(signer, 'getSigner') && !has(signer, 'signTransaction'))
    throw new InvalidInputError('The signer is a provider, which has no key.', {
      do: 'pass new Wallet(key, provider) or await provider.getSigner(); to watch only, pass provider and address',
    })
  if (!has(signer, 'getAddress') || !(has(signer, 'signTransaction') || has(signer, 'sendTransaction')))
    throw new InvalidInputError('The signer is no signer of ethers 6.', {
      do: 'pass new Wallet(key, provider) or await new BrowserProvider(ethereum).getSigner()',
    })
  const { provider } = signer as { provider?: unknown }
  if (isEthers5(provider)) throw ethers5('provider of the signer')
}

function checkProvider(provider: unknown): void {
  if (typeof provider === 'string')
    throw new InvalidInputError('A URL is no provider.', { do: 'pass new JsonRpcProvider(url) of ethers 6' })
  refuseOtherLibrary('provider', provider, {
    viem: "make a provider of it with providerOf of 'og-ledger/viem'",
    eip1193: 'make a provider of it: new BrowserProvider(ethereum)',
  })
  if (!has(provider, 'getNetwork') || !has(provider, 'call'))
    throw new InvalidInputError('The provider is no provider of ethers 6.', { do: 'pass new JsonRpcProvider(url)' })
}

function refuseOtherLibrary(what: 'signer' | 'provider', value: unknown, advice: { viem: string; eip1193: string }) {
  if (isPromise(value)) throw new InvalidInputError(`The ${what} is a promise.`, { do: `await it before createBroker` })
  if (isEthers5(value)) throw ethers5(what)
  if (isViem(value)) throw new InvalidInputError(`The ${what} is one of viem.`, { do: advice.viem })
  if (has(value, 'request') && !has(value, 'getNetwork') && !has(value, 'getAddress'))
    throw new InvalidInputError(`The ${what} is an EIP-1193 provider.`, { do: advice.eip1193 })
}

function ethers5(what: string): InvalidInputError {
  return new InvalidInputError(`The ${what} is one of ethers 5; og-ledger takes those of ethers 6.`, {
    do: 'install ethers@6, and make it with that: new Wallet(key, new JsonRpcProvider(url))',
  })
}

function stringAsSigner(text: string): InvalidInputError {
  const word = text.trim()
  if (/^(0x)?[\da-f]{64}$/i.test(word))
    return new InvalidInputError('A private key is no signer.', {
      do: 'pass new Wallet(key, new JsonRpcProvider(url)) of ethers 6',
    })
  if (/^0x[\da-f]{40}$/i.test(word))
    return new InvalidInputError('An address is no signer.', {
      do: 'to send, pass new Wallet(key, provider); to watch, pass provider and address',
    })
  return new InvalidInputError('A string is no signer.', {
    do: 'pass new Wallet(key, new JsonRpcProvider(url)) of ethers 6',
  })
}

/** ethers 5 marks its signers and providers so; ethers 6 does not. */
function isEthers5(value: unknown): boolean {
  const { _isSigner, _isProvider, provider } = fieldsOf(value)
  return _isSigner === true || _isProvider === true || fieldsOf(provider)['_isProvider'] === true
}

/** A viem client has a transport and `extend`; a viem account has a type and signs messages. */
function isViem(value: unknown): boolean {
  const { transport, type } = fieldsOf(value)
  if (has(value, 'getAddress')) return false
  return (
    (typeof transport === 'object' && has(value, 'extend')) ||
    (typeof type === 'string' && !has(value, 'getNetwork') && has(value, 'signMessage'))
  )
}

function has(value: unknown, name: string): boolean {
  return typeof fieldsOf(value)[name] === 'function'
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
