import type { JsonRpcProvider, Wallet } from 'ethers'
import { UsageError } from '../arguments/usage-error.ts'
import { walletOf, walletOfKey } from './connection.ts'
import { variable } from './environment.ts'
import { keystorePassword } from './questions.ts'

/**
 * The key that deposits for the wallet, where one is given; null where deposits come from the wallet itself.
 *
 * @throws UsageError for the wallet's own key
 */
export async function openTreasury(
  { 'treasury-keystore': keystore }: { 'treasury-keystore'?: string | undefined },
  { wallet, provider }: { wallet: string; provider: JsonRpcProvider },
): Promise<Wallet | null> {
  const privateKey = variable('TREASURY_PRIVATE_KEY')
  if (keystore === undefined && !privateKey) return null
  const password = () => keystorePassword('TREASURY_KEYSTORE_PASSWORD', 'keystore of the treasury')
  const names = { variable: 'TREASURY_PRIVATE_KEY', option: '--treasury-keystore' } as const
  const treasury = await walletOf({ keystore, privateKey, password, names }, provider)
  if (treasury.address !== wallet) return treasury
  throw new UsageError(
    `The key of the treasury is that of the wallet ${wallet}: leave it out, and the wallet deposits.`,
  )
}

/** The address of the key in the environment that would deposit; null without one. */
export function treasuryAddress(): string | null {
  const key = variable('TREASURY_PRIVATE_KEY')
  return key ? walletOfKey(key, 'TREASURY_PRIVATE_KEY').address : null
}

/** Refuses terms that name another address than the one that would deposit. @throws UsageError */
export function checkPayer(from: string | undefined, treasury: Wallet | null, wallet: string): void {
  const payer = treasury?.address ?? wallet
  if (from === undefined || from === payer) return
  throw new UsageError(
    treasury
      ? `Deposits are to come from ${from}, and the key of the treasury is that of ${payer}.`
      : `Deposits are to come from ${from}: set TREASURY_PRIVATE_KEY, or use --treasury-keystore FILE.`,
  )
}
