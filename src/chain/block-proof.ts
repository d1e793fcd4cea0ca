import type { Block } from '../../machines/position.types.ts'

/**
 * EVM code that returns the number and the time of its block: NUMBER, MSTORE at 0, TIMESTAMP, MSTORE at 32, RETURN 64
 * bytes. An `eth_call` of it without an address proves at which block a node answers, whatever block the call names.
 */
export const BLOCK_PROOF = '0x436000524260205260406000f3'

export function decodeBlockProof(data: string): Block {
  if (data.length !== 130) throw new Error('not a block proof')
  return { number: Number(BigInt(data.slice(0, 66))), timestamp: Number(BigInt(`0x${data.slice(66)}`)) }
}
