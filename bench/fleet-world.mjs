import { keccak256, toBeHex, Wallet } from 'ethers'

export const OG = 10n ** 18n

const contract = (at) => toBeHex(0xc0ffee00n + BigInt(at), 20)

/** The deployment that the node of the fleet's bench answers for. */
export const fleetNetwork = { chainId: 31337, ledger: contract(0), inference: contract(1), fineTuning: contract(2) }

export const fleetProvider = (at) => toBeHex(0xfeed0000n + BigInt(at), 20)

/** Wallets whose keys are known from their place alone. */
export function fleetWallets(count) {
  return Array.from({ length: count }, (_, at) => new Wallet(keccak256(toBeHex(at + 1, 32))))
}
