import { JsonRpcProvider, Wallet } from 'ethers'
import { createElement } from 'react'
import { createBroker, memoryJournal } from '../../dist/src/index.js'
import {
  LedgerProvider,
  useLedger,
  usePlan,
  usePosition,
  useSubAccount,
  useTransactions,
} from '../../dist/src/react/index.js'
import { showPage } from '../page.mjs'

/** A page on the hooks of og-ledger. The measure says when a reading is due, and not a timer. */
export async function open({ url, key, network }) {
  const signer = new Wallet(key, new JsonRpcProvider(url))
  const broker = await createBroker({ signer, network, journal: memoryJournal(), intervalMs: '1h' })
  let page
  return {
    async show(charged, other) {
      const hooks = {
        ledger: () => useLedger(),
        charged: () => useSubAccount(charged),
        figure: () => useSubAccount(charged, 'inference', (account) => account?.available),
        other: () => useSubAccount(other),
        shortfall: () => usePlan(({ shortfall }) => shortfall),
        transactions: () => useTransactions(),
        position: () => usePosition(),
      }
      page = showPage(hooks, (components) => createElement(LedgerProvider, { broker }, components))
      await broker.position()
    },
    read: () => broker.position(),
    transfer: (provider, amount) => broker.ledger.transferFund(provider, 'inference', amount),
    renders: (name) => page.renders(name),
  }
}
