import { JournalError } from '../index.ts'

/** Whether a wallet's row belongs to a chain with another first block. `genesis` of the row in hex digits; null where none is noted. */
export function isOtherChain(row: { genesis: string | null }, genesis: string | undefined): boolean {
  return genesis !== undefined && row.genesis !== null && `0x${row.genesis}` !== genesis.toLowerCase()
}

export function otherChain({ wallet, found }: { wallet: string; found: string | null }): JournalError {
  return new JournalError('The journal of this wallet belongs to a chain with another first block.', {
    wallet,
    found: `0x${found}`,
    do: 'use another schema for a local chain that was started anew, or delete the rows of the wallet',
  })
}
