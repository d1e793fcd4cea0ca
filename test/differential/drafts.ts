import type { Spoil } from './step.ts'

/** A settlement before it is signed: with its signer, null for none, and with what is wrong with the signature. */
export type SettlementDraft = {
  user: string
  provider: string
  totalFee: bigint
  nonce: bigint
  signer: string | null
  spoil: Spoil
}

export type TaskDraft = {
  id: string
  encryptedSecret: string
  modelRootHash: string
  nonce: bigint
  taskFee: bigint
  user: string
  signer: string | null
  spoil: Spoil
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** A signature with a fault that a careless check overlooks. */
export function spoilt(signature: string, spoil: Spoil): string {
  const r = signature.slice(2, 66)
  const s = signature.slice(66, 130)
  const v = Number(`0x${signature.slice(130)}`)
  switch (spoil) {
    case 'nothing':
      return signature
    case 'short':
      return signature.slice(0, -2)
    case 'low v':
      return `0x${r}${s}0${v - 27}`
    case 'high s':
      return `0x${r}${(ORDER - BigInt(`0x${s}`)).toString(16).padStart(64, '0')}${(v === 27 ? 28 : 27).toString(16)}`
  }
}
