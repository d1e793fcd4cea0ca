import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker, InvalidInputError, memoryJournal, type Broker, type Journal } from 'og-ledger'
import { requiredBalance } from 'og-ledger/machines'
import { createSimulatedChain } from 'og-ledger/testing'

/** What a program in CommonJS does: its ethers is the one that `require` gives, og-ledger's is the one of `import`. */
async function main(): Promise<void> {
  const { url, key, network } = JSON.parse(process.env['APP'] ?? '{}')
  const journal: Journal = memoryJournal()
  const signer: Wallet = new Wallet(key, new JsonRpcProvider(url))
  const broker: Broker = await createBroker({ signer, network, journal })
  await broker.ledger.addLedger('10')
  const { available }: { available: bigint } = await broker.ledger.getLedger()
  const refused: unknown = await broker.ledger.depositFund('-1').catch((error: unknown) => error)
  const watching = await createBroker({ provider: new JsonRpcProvider(url), address: signer.address, network })
  const shown = {
    available: String(available),
    refused: refused instanceof InvalidInputError,
    required: String(requiredBalance({ minLockedBalance: 10n ** 18n, unsettledFee: 0n, bufferMultiplier: 2 })),
    watching: watching.wallet === signer.address,
    testing: typeof createSimulatedChain,
  }
  await Promise.all([broker.close(), watching.close()])
  console.log(JSON.stringify(shown))
}

void main().then(() => process.exit())
