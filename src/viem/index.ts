/**
 * Signers and providers of a broker from accounts, clients and transports of viem.
 *
 * @module og-ledger/viem
 */

export { providerOf } from './provider-of.ts'
export { signerOf, type ReadSide } from './signer-of.ts'
