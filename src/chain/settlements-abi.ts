import { Interface } from 'ethers'

/** The events of a settlement: LedgerManager emits the amount, then the service emits the sub-account. */
export const settlementAbi = new Interface([
  'event FundSpent(address indexed user, address indexed service, uint256 amount)',
  'event BalanceUpdated(address indexed user, address indexed provider, uint256 amount, uint256 pendingRefund)',
  'event RefundRequested(address indexed user, address indexed provider, uint256 indexed index, uint256 timestamp)',
])
