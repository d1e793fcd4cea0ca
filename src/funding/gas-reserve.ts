import { exitGas } from '../../machines/gas-costs.ts'
import type { Position } from '../../machines/position.types.ts'
import type { GasPrice } from './gas-price.ts'

/** What the wallet keeps for the gas of a full exit, in wei; 0 while no gas price is known. */
export function gasReserveAt({ subAccounts, elsewhere = [] }: Position, { price }: Pick<GasPrice, 'price'>): bigint {
  return (price ?? 0n) * exitGas(subAccounts.length + elsewhere.length)
}
