import { getBytes, id, Signature } from 'ethers'
import { InvalidInputError } from '../base/errors.ts'
import type { EthersSigner } from './ethers.types.ts'

/**
 * Signs a session message in the form that providers verify: an EIP-191 signature over the 32 raw bytes of its keccak256,
 * 65 bytes long, with v normalised to 27 or 28.
 */
export function signSessionMessage(signer: Pick<EthersSigner, 'signMessage'>): (message: string) => Promise<string> {
  return async (message) => {
    const signature = await signer.signMessage(getBytes(id(message)))
    try {
      return Signature.from(signature).serialized
    } catch {
      // The cause is left out, because it quotes the signature.
      throw new InvalidInputError('The wallet gave a signature that no provider can verify.', {
        expected: 'r, s and v of one key; a contract wallet has none',
      })
    }
  }
}
