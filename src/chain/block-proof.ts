import type { Block } from '../../machines/position.types.ts'

/**
 * A program that returns number and time of the block it runs in: NUMBER, MSTORE at 0, TIMESTAMP, MSTORE at 32, RETURN
 * 64 bytes. Run by `eth_call` without an address it tells as of which block a node really answers, whatever block it
 * was asked for.
 */
export const BLOCK_PROOF = '0x436000524260205260406000f3'

export function decodeBlockProof(data: string): Block {
  if (data.length !== 130) throw new Error('not a block proof')
  return { number: Number(BigInt(data.slice(0, 66))), timestamp: Number(BigInt(`0x${data.slice(66)}`)) }
}
