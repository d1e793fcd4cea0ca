import { createZGComputeNetworkBroker } from '@0gfoundation/0g-compute-ts-sdk'
import { JsonRpcProvider, Wallet } from 'ethers'
import { useEffect, useState } from 'react'
import { showPage } from '../page.mjs'

/** A page as it is written on the reference SDK: each component polls what it shows, in an effect, and keeps it in its state. */
export async function open({ url, key, network: { ledger, inference, fineTuning } }) {
  const signer = new Wallet(key, new JsonRpcProvider(url))
  const broker = await createZGComputeNetworkBroker(signer, ledger, inference, fineTuning)
  const polls = new Set()
  const read = () => Promise.all([...polls].map((poll) => poll()))
  let page

  function usePolled(ask) {
    const [value, setValue] = useState(null)
    useEffect(() => {
      const poll = async () => setValue(await ask())
      polls.add(poll)
      return () => void polls.delete(poll)
    }, [])
    return value
  }

  return {
    async show(charged, other) {
      page = showPage({
        ledger: () => usePolled(() => broker.ledger.getLedger()),
        charged: () => usePolled(() => broker.inference.getAccount(charged)),
        figure: () => usePolled(async () => (await broker.inference.getAccount(charged)).balance),
        other: () => usePolled(() => broker.inference.getAccount(other)),
        position: () => usePolled(() => broker.ledger.ledger.getLedgerWithDetail()),
      })
      await page.renders('ledger')
      await read()
    },
    read,
    transfer: (provider, amount) => broker.ledger.transferFund(provider, 'inference', amount),
    renders: (name) => page.renders(name),
  }
}
