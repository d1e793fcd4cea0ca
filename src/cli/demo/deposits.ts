import { ogToWei, type Broker, type Position } from '../../index.ts'

/** What the wallet deposits at first, and whenever little is left in the ledger. In OG. */
export const DEPOSIT = '100'
const LITTLE = ogToWei('20')

export type Deposits = {
  /** Opens the ledger with the first deposit. */
  openLedger(): Promise<void>
  /** Deposits again where little is left. */
  onPosition(position: Position): void
  /** Waits for a deposit that is in flight, and resolves with the number of deposits. */
  close(): Promise<number>
}

export type DepositsOptions = {
  onDeposit: (blockNumber: number, hash: string) => void
  onFailure: (error: unknown) => void
}

/** Keeps the ledger from running dry, however long the demo runs. */
export function createDeposits(broker: Broker, { onDeposit, onFailure }: DepositsOptions): Deposits {
  let deposits = 0
  let depositing: Promise<void> | null = null

  return {
    async openLedger() {
      const { blockNumber, transactionHash } = await broker.ledger.addLedger(DEPOSIT)
      deposits += 1
      onDeposit(blockNumber, transactionHash)
    },
    onPosition({ ledger }) {
      if (ledger && ledger.available < LITTLE && !broker.ledger.isClosing)
        depositing ??= deposit()
          .catch(onFailure)
          .then(() => void (depositing = null))
    },
    async close() {
      await depositing
      return deposits
    },
  }

  async function deposit(): Promise<void> {
    const { blockNumber, transactionHash } = await broker.ledger.depositFund(DEPOSIT)
    deposits += 1
    onDeposit(blockNumber, transactionHash)
  }
}
