import { Interface } from 'ethers'

/** What a reading asks LedgerManager. The complete ABI ships with the reference SDK. */
export const ledgerAbi = new Interface([
  'function getLedger(address user) view returns (tuple(address user, uint256 availableBalance, uint256 totalBalance, string additionalInfo))',
  'function getAllLedgers(uint256 offset, uint256 limit) view returns (tuple(address user, uint256 availableBalance, uint256 totalBalance, string additionalInfo)[] ledgers, uint256 total)',
  'function getServiceInfo(address serviceAddress) view returns (tuple(address serviceAddress, address serviceContract, string serviceType, string version, string fullName, string description, bool isRecommended, uint256 registeredAt))',
  'function MIN_ACCOUNT_BALANCE() view returns (uint256)',
  'function MIN_TRANSFER_AMOUNT() view returns (uint256)',
  'function MAX_PROVIDERS_PER_BATCH() view returns (uint256)',
  'function MAX_PROVIDERS_PER_USER_PER_SERVICE() view returns (uint256)',
  'function MAX_ADDITIONAL_INFO_LENGTH() view returns (uint256)',
])

/** What a reading asks of both serving contracts. */
const servingFunctions = [
  'function lockTime() view returns (uint256)',
  'function ledgerAddress() view returns (address)',
]

export const inferenceAbi = new Interface([
  ...servingFunctions,
  'function getAccountsByUser(address user, uint256 offset, uint256 limit) view returns (tuple(address user, address provider, uint256 nonce, uint256 balance, uint256 pendingRefund, tuple(uint256 index, uint256 amount, uint256 createdAt, bool processed)[] refunds, string additionalInfo, bool acknowledged, uint256 validRefundsLength, uint256 generation, uint256 revokedBitmap)[] accounts, uint256 total)',
  'function getAccount(address user, address provider) view returns (tuple(address user, address provider, uint256 nonce, uint256 balance, uint256 pendingRefund, tuple(uint256 index, uint256 amount, uint256 createdAt, bool processed)[] refunds, string additionalInfo, bool acknowledged, uint256 validRefundsLength, uint256 generation, uint256 revokedBitmap))',
])

export const fineTuningAbi = new Interface([
  ...servingFunctions,
  'function getAccountsByUser(address user, uint256 offset, uint256 limit) view returns (tuple(address user, address provider, uint256 nonce, uint256 balance, uint256 pendingRefund, string additionalInfo, uint256 validRefundsLength, uint256 deliverablesCount, bool acknowledged)[] accounts, uint256 total)',
  'function getAccount(address user, address provider) view returns (tuple(address user, address provider, uint256 nonce, uint256 balance, uint256 pendingRefund, tuple(uint256 index, uint256 amount, uint256 createdAt, bool _deprecated_processed)[] refunds, string additionalInfo, tuple(string id, bytes modelRootHash, bytes encryptedSecret, bool acknowledged, uint248 timestamp, bool settled)[] deliverables, uint256 validRefundsLength, uint256 deliverablesHead, uint256 deliverablesCount, bool acknowledged))',
])

export const multicallAbi = new Interface([
  'function aggregate3(tuple(address target, bool allowFailure, bytes callData)[] calls) payable returns (tuple(bool success, bytes returnData)[] returnData)',
  'function getBlockNumber() view returns (uint256)',
  'function getCurrentBlockTimestamp() view returns (uint256)',
  'function getChainId() view returns (uint256)',
  'function getEthBalance(address addr) view returns (uint256)',
])

/** The errors of view functions. A broker without a signer meets no others; one that is not here is named by its selector. */
export const readErrors = [
  'error AccountNotExists(address user, address provider)',
  'error BatchSizeTooLarge(uint256 size, uint256 max)',
  'error InvalidAddress(address addr)',
  'error LedgerNotExists(address user)',
  'error LimitTooLarge(uint256 limit)',
  'error LimitTooLarge(uint256 limit, uint256 max)',
  'error ServiceNotExist(address provider)',
  'error ServiceNotFound(address serviceAddress)',
  'error ServiceNotRegistered(address serviceAddress)',
  'error TooManyProviders(uint256 requested, uint256 maximum)',
  'error ZeroAddressNotAllowed()',
]
export const readErrorsAbi = new Interface(readErrors)
