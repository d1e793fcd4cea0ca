import { parseEther as og, Wallet } from 'ethers'
import { callOf, transact } from '../../src/local/transact.ts'
import type { LocalChain } from './chain.ts'
import { connect } from './chain.ts'

/**
 * A fresh wallet that owns 100 OG, with a ledger of 20 OG and a sub-account with the first provider that was funded with 3 OG
 * and charged 2 OG: with the defaults of auto-funding exactly 1 OG is missing there.
 *
 * @param url the node, or a proxy before it, that the wallet's transactions and readings go through
 */
export async function drainedWallet(chain: LocalChain, url = chain.anvil.url): Promise<Wallet> {
  const { privateKey, address } = Wallet.createRandom()
  await chain.provider.send('anvil_setBalance', [address, `0x${og('120').toString(16)}`])
  const [provider] = chain.inference
  const { ledger } = chain.contracts
  await transact(new Wallet(privateKey, chain.provider), [
    callOf(ledger, 'addLedger', [''], og('20')),
    callOf(ledger, 'transferFund', [provider?.address, 'inference-v1.0', og('3')]),
  ])
  await provider?.settle(address, og('2'))
  await chain.provider.send('anvil_setBalance', [address, `0x${og('100').toString(16)}`])
  return new Wallet(privateKey, connect(url))
}

/** What the first provider's sub-account and the ledger of a wallet hold, as the chain itself has it. */
export async function holdingsOf(chain: LocalChain, { address }: { address: string }) {
  const { ledger, inference } = chain.contracts
  const [account, [, available]] = (await Promise.all([
    inference.getFunction('getAccount')(address, chain.inference[0]?.address),
    ledger.getFunction('getLedger')(address),
  ])) as [{ balance: bigint }, [string, bigint]]
  return { subAccount: account.balance, ledger: available }
}
