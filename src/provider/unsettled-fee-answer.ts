/**
 * The fee in a provider's answer, in wei.
 *
 * @throws Error that says what is wrong with the answer
 */
export function decodeUnsettledFee(text: string, wallet: string): bigint {
  const { userAddress, unsettledFee } = (parseJson(text) ?? {}) as { userAddress?: unknown; unsettledFee?: unknown }
  if (typeof userAddress !== 'string' || typeof unsettledFee !== 'string')
    throw new Error('the answer has no userAddress and unsettledFee')
  if (userAddress.toLowerCase() !== wallet.toLowerCase()) throw new Error("the answer is about another user's fee")
  if (!/^\d{1,78}$/.test(unsettledFee)) throw new Error('unsettledFee is no whole number of neuron')
  const fee = BigInt(unsettledFee)
  if (fee >= 2n ** 256n) throw new Error('unsettledFee is more than a contract can hold')
  return fee
}

/** The text of a refusal: its `error`, else its `message`, else all of it. */
export function refusalOf(text: string): string {
  const body = parseJson(text)
  const { error, message } = (body ?? {}) as { error?: unknown; message?: unknown }
  const inner = (error ?? {}) as { message?: unknown }
  const found = [error, inner.message, message].find((part) => typeof part === 'string')
  return typeof found === 'string' ? found : body === undefined ? text : JSON.stringify(body)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
