import { NAMES } from './calls.ts'
import { nth } from './nth.ts'
import type { View } from './real.ts'
import type { People } from './world.ts'

const SERVICES = ['inference', 'fineTuning'] as const
/** Tokens that histories revoke. */
export const TOKENS = [0n, 7n, 255n]

/** Every view of the contracts for the participants of a history. */
export function viewsOf(
  { wallets, inference, fineTuning, strangers, unlinked }: People,
  contracts: readonly string[],
): View[] {
  const users = [...wallets, ...inference.slice(0, 1)]
  const offering = { inference, fineTuning }
  return [
    ...users.map((user) => ledger('getLedger', user)),
    ledger('getAllLedgers', 0n, 0n),
    ledger('getAllLedgers', 1n, 1n),
    ...users.flatMap((user) => SERVICES.map((service) => ledger('getLedgerProviders', user, NAMES[service]))),
    ...SERVICES.flatMap((contract): View[] => {
      const view = (method: string, ...args: unknown[]): View => ({ contract, method, args })
      const providers = [...offering[contract], nth(strangers, 0)]
      return [
        view('lockTime'),
        view('getAllAccounts', 0n, 0n),
        ...users.map((user) => view('getAccountsByUser', user, 0n, 50n)),
        ...providers.map((provider) => view('getAccountsByProvider', provider, 0n, 0n)),
        ...providers.map((provider) => view('getService', provider)),
        ...wallets.flatMap((user) =>
          providers.flatMap((provider) => [
            view('accountExists', user, provider),
            view('getPendingRefund', user, provider),
            view('getAccount', user, provider),
          ]),
        ),
      ]
    }),
    ...inference.flatMap((provider) => [
      ...wallets.flatMap((user) =>
        TOKENS.map((token) => question('inference', 'isTokenRevoked', user, provider, token)),
      ),
      question('inference', 'serviceExists', provider),
    ]),
    ...registryViews([...contracts, ...unlinked]),
    ledger('owner'),
    ...SERVICES.map((contract) => question(contract, 'owner')),
    question('inference', 'getAllServices', 0n, 0n),
    question('fineTuning', 'getAllServices'),
    question('fineTuning', 'penaltyPercentage'),
    ...fineTuning.flatMap((provider) =>
      wallets.map((user) => question('fineTuning', 'getDeliverables', user, provider)),
    ),
    ...[...users, ...inference.slice(1), ...fineTuning, ...contracts].map((address) => ({ balanceOf: address })),
  ]
}

function registryViews(addresses: readonly string[]): View[] {
  return [
    ...addresses.map((address) => ledger('getServiceInfo', address)),
    ledger('getAllActiveServices'),
    ...['inference', 'fine-tuning', 'storage'].flatMap((type) => [
      ledger('getRecommendedService', type),
      ledger('getAllVersions', type),
      ...['v1.0', 'v2.0'].flatMap((version) => [
        ledger('getServiceAddressByName', `${type}-${version}`),
        ledger('isRecommendedVersion', type, version),
      ]),
    ]),
  ]
}

/** Views whose answers never change. */
export function constantsOf(): View[] {
  return [
    ledger('MIN_ACCOUNT_BALANCE'),
    ledger('MIN_TRANSFER_AMOUNT'),
    ledger('MAX_PROVIDERS_PER_BATCH'),
    ledger('MAX_PROVIDERS_PER_USER_PER_SERVICE'),
    ledger('MAX_ADDITIONAL_INFO_LENGTH'),
    ledger('MAX_SERVICES'),
    ledger('initialized'),
    ...SERVICES.flatMap((contract) =>
      ['ledgerAddress', 'MIN_LOCKTIME', 'MAX_LOCKTIME', 'MIN_PROVIDER_STAKE', 'initialized'].map((method) =>
        question(contract, method),
      ),
    ),
  ]
}

function ledger(method: string, ...args: unknown[]): View {
  return question('ledger', method, ...args)
}

function question(contract: 'ledger' | (typeof SERVICES)[number], method: string, ...args: unknown[]): View {
  return { contract, method, args }
}
