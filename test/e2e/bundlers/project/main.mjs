import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker, formatOg, networkName } from 'og-ledger'
import { requiredBalance } from 'og-ledger/machines'
import { createMetrics } from 'og-ledger/metrics'

/** What an app in a page does: it opens a broker with the journal of the page, deposits, and shows what is left. */
export async function run({ url, key, network }) {
  const signer = new Wallet(key, new JsonRpcProvider(url))
  const broker = await createBroker({ signer, network: { ...network, minLockedBalance: 10n ** 18n } })
  await broker.ledger.addLedger('10')
  const metrics = createMetrics(broker)
  const shown = {
    network: networkName(broker.network),
    available: formatOg((await broker.ledger.getLedger()).available),
    required: formatOg(requiredBalance({ minLockedBalance: 10n ** 18n, unsettledFee: 0n, bufferMultiplier: 2 })),
    metrics: typeof metrics,
    refusal: broker.refusal(),
  }
  await broker.close()
  return shown
}
