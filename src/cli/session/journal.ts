import type { Broker } from '../../index.ts'

/** Names the journal file of a broker's wallet on its chain, for a command that only reads it. */
export function journalOf({ network, wallet, genesis }: Broker): {
  chainId: bigint
  wallet: string
  genesis: string | undefined
} {
  return { chainId: BigInt(network.chainId), wallet, genesis }
}
