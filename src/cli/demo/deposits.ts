import { ogToWei, type Broker, type Position } from '../../index.ts'

/** What the wallet puts in at first, and whenever little is left. */
export const DEPOSIT = '100'
const LITTLE = ogToWei('20')

export type DepositsOptions = {
  onDeposit: (blockNumber: number) => void
  onFailure: (error: unknown) => void
}

/** Keeps the ledger from running dry, however long the demo runs. */
export function openDeposits(broker: Broker, { onDeposit, onFailure }: DepositsOptions) {
  let deposits = 0
  let depositing: Promise<void> | null = null

  return {
    async open(): Promise<void> {
      const { blockNumber } = await broker.ledger.addLedger(DEPOSIT)
      deposits += 1
      onDeposit(blockNumber)
    },
    look({ ledger }: Position): void {
      if (ledger && ledger.available < LITTLE)
        depositing ??= deposit()
          .catch(onFailure)
          .then(() => void (depositing = null))
    },
    /** How often it was filled, once nothing is on its way to it. */
    async close(): Promise<number> {
      await depositing
      return deposits
    },
  }

  async function deposit(): Promise<void> {
    const { blockNumber } = await broker.ledger.depositFund(DEPOSIT)
    deposits += 1
    onDeposit(blockNumber)
  }
}
