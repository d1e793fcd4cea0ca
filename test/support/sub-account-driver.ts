import { parseEther, type Wallet } from 'ethers'
import type { Fact, Position } from '../../machines/index.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import type { LocalChain } from './chain.ts'

/** The available amount that auto-funding requires by default: 2 × 1 OG. */
const REQUIRED = parseEther('2')
const LOW = parseEther('1')

/**
 * Drives one sub-account by real transactions: makes a fact true, starting from a position. The last transaction, or the
 * end of the lock, makes it true.
 */
export function driveSubAccount(chain: LocalChain, user: Wallet, { address, serviceType, settle }: LocalProvider) {
  const name = `${serviceType}-v1.0`
  const call = async (method: string, args: readonly unknown[], value = 0n): Promise<void> =>
    void (await transact(user, [callOf(chain.contracts.ledger, method, args, value)]))
  const transfer = (amount: bigint) => call('transferFund', [address, name, amount])
  const retrieve = () => call('retrieveFund', [[address], name])
  const charge = async (fee: bigint): Promise<void> => void (await settle(user.address, fee))

  return async function cause(fact: Fact, position: Position): Promise<void> {
    const account = subAccountIn(position, { provider: address, serviceType })
    const { balance = 0n, pendingRefund = 0n, claimable = 0n } = account ?? {}
    if (!position.ledger) await call('depositFund', [], parseEther('10'))
    switch (fact) {
      case 'balance.low':
        if (balance === 0n) return transfer(LOW)
        if (pendingRefund > 0n) return transfer(pendingRefund)
        return charge(balance < REQUIRED ? 1n : balance - LOW)
      case 'balance.ample':
        return transfer(REQUIRED)
      case 'account.empty':
        return balance === 0n ? transfer(0n) : charge(balance)
      case 'account.gone':
        return call('refund', [position.ledger?.available ?? 0n])
      case 'refund.locked':
        if (pendingRefund > 0n && claimable === 0n) return charge(1n)
        // A retrieve claims what is unlocked, and locks only a free amount: there must be one.
        if (claimable > 0n) await transfer(1n)
        return retrieve()
      case 'refund.claimable':
        return claimable > 0n ? charge(1n) : chain.warp(await lockTime())
    }
  }

  async function lockTime(): Promise<number> {
    const { inference, fineTuning } = chain.contracts
    return Number(await (serviceType === 'inference' ? inference : fineTuning).getFunction('lockTime')())
  }
}
