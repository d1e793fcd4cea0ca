import { getBytes, id, Signature, type Signer } from 'ethers'
import { InvalidInputError } from '../base/errors.ts'

/**
 * Signs a session message as providers verify it: an EIP-191 signature over the 32 raw bytes of its keccak256, 65 bytes
 * with v as 27 or 28 whichever way the wallet writes it.
 */
export function signSessionMessage(signer: Pick<Signer, 'signMessage'>): (message: string) => Promise<string> {
  return async (message) => {
    const signature = await signer.signMessage(getBytes(id(message)))
    try {
      return Signature.from(signature).serialized
    } catch {
      // Without its cause: that one quotes the signature.
      throw new InvalidInputError('The wallet gave a signature that no provider can verify.', {
        expected: 'r, s and v of one key; a contract wallet has none',
      })
    }
  }
}
