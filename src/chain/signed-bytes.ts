import { keccak256, Transaction } from 'ethers'
import type { TransactionFields } from './ethers.types.ts'

/**
 * Checks that signed bytes are the transaction that a signer was given, of the wallet's own key: the journal records them as the intent
 * at its nonce. A signer that counts nonces itself would sign a replacement as a second payment, and one with another key would pay
 * from another wallet.
 *
 * @returns the transaction's hash
 * @throws Error that says what differs
 */
export function checkSignedBytes(raw: string, given: TransactionFields, wallet: string): string {
  const signed = Transaction.from(raw)
  if (signed.unsignedHash !== Transaction.from(given).unsignedHash)
    throw new Error(`the signer signed another transaction than the given one${differenceIn(signed, given)}`)
  if (signed.from?.toLowerCase() !== wallet.toLowerCase()) throw new Error("the signature is not of the wallet's key")
  return keccak256(raw)
}

/** The first field that differs, since most signers that change one mean well. */
function differenceIn(signed: Transaction, given: TransactionFields): string {
  const [name] =
    Object.entries(given).find(([field, value]) => {
      const own: unknown = Reflect.get(signed, field)
      return String(own).toLowerCase() !== String(value).toLowerCase()
    }) ?? []
  return name === undefined ? '' : `: ${name} differs`
}
