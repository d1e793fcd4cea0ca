import type { NetworkConnection } from './network-connection.ts'
import type { EthersSigner } from './ethers.types.ts'
import type { TransactionPort } from './port.ts'
import { createSender } from './sender.ts'
import { signSessionMessage } from './session-signature.ts'
import { signsBySending } from './signs-by-sending.ts'

/** What a wallet with a signer can do on its chain beside reading. */
export type Signing = {
  /** Signs a provider's session token; null for a wallet that asks a person for each signature. */
  signMessage: ((message: string) => Promise<string>) | null
  transactions: TransactionPort
}

export function signingOf(
  shared: NetworkConnection,
  { signer, wallet }: { signer: EthersSigner; wallet: string },
): Signing {
  return {
    signMessage: signsBySending(signer) ? null : signSessionMessage(signer),
    transactions: createSender({ ...shared, signer, wallet, blockTimeMs: shared.blockTime.ms }),
  }
}
