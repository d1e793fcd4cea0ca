import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker, memoryJournal } from '../../dist/src/index.js'

/** Fills up to the trigger, as the reference does: both sides then have the same to pay. */
const EXACT = { target: 2, minTopUp: 0n }

/** og-ledger with ethers' defaults; the journal is in memory, to leave nothing behind. */
export async function open({ url, key, network }) {
  const signer = new Wallet(key, new JsonRpcProvider(url))
  const broker = await createBroker({ signer, network, journal: memoryJournal() })
  let polls = 0
  return {
    startAutoFunding(providers, intervalMs) {
      for (const provider of providers) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs })
    },
    stopAutoFunding: () => broker.inference.stopAutoFunding(),
    async transfer(provider, amount) {
      await broker.ledger.transferFund(provider, 'inference', amount)
    },
    async subAccounts() {
      return (await broker.position()).subAccounts.length
    },
    countPolls: () => void broker.positions$.subscribe(() => (polls += 1)),
    polls: () => polls,
  }
}
