const OG = 10n ** 18n

/**
 * A chain that there is none of: a wallet with many sub-accounts, of which a tenth falls below what is required at each
 * reading and comes back at the next. A reading is a block, five seconds after the one before.
 */
export function busyChain(subAccounts) {
  let reads = 0
  const wallet = address(0xffff)
  return {
    chainId: 31337n,
    network: { chainId: 31337, ledger: address(1), inference: address(2) },
    wallet,
    head: 0,
    genesis: undefined,
    rules: {
      minLedgerBalance: 3n * OG,
      minTransfer: OG,
      maxProvidersPerBatch: 20,
      maxSubAccounts: 1_000,
      maxInfoBytes: 4_096,
      serviceNames: { inference: 'inference-v1.0' },
      lockTimes: { inference: 86_400 },
    },
    transactions: null,
    signMessage: null,
    readService: () =>
      Promise.resolve({ registered: true, url: '', model: 'a model', acknowledged: true, generation: 0 }),
    readSettlements: () => Promise.reject(new Error('none')),
    fees: () => Promise.reject(new Error('none')),
    listLedgers: () => Promise.resolve({ ledgers: [], total: 0 }),
    blockTimeMs: () => 5_000,
    onBlock: null,
    async readPosition() {
      reads += 1
      return {
        block: { number: reads, timestamp: 1_700_000_000 + 5 * reads },
        wallet: { address: wallet, balance: 10n * OG - BigInt(reads) },
        ledger: { available: 100n * OG, total: 500n * OG, locked: 400n * OG, additionalInfo: '' },
        subAccounts: Array.from({ length: subAccounts }, (_, index) => subAccountOf(index, reads)),
      }
    },
  }
}

function subAccountOf(index, reads) {
  const isLow = (index + reads) % 10 === 0
  const balance = (isLow ? OG : 3n * OG) + BigInt(index * 1_000)
  return {
    provider: address(index + 16),
    serviceType: 'inference',
    balance,
    pendingRefund: 0n,
    available: balance,
    claimable: 0n,
    refunds: [],
    acknowledged: true,
    tokensRevoked: false,
  }
}

/** Without letters there is nothing to check a sum of. */
const address = (index) => `0x${String(index).padStart(40, '0')}`
