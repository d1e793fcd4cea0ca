import type { EthersSigner, TransactionFields } from './ethers.types.ts'

type SendingSigner = EthersSigner & { sendUncheckedTransaction(request: TransactionFields): Promise<string> }

/** A wallet behind JSON-RPC (a browser wallet, a node's own account) signs only while it sends. */
export function signsBySending(signer: EthersSigner): signer is SendingSigner {
  return 'sendUncheckedTransaction' in signer
}
