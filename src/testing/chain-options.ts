import type { ServiceType } from '../../machines/position.types.ts'
import { toWei, type Amount } from '../base/amounts.ts'
import { toAddress } from '../chain/address.ts'
import { describeValue } from '../base/describe-value.ts'
import type { SimulatedProvider } from './charges.ts'
import { check, checkNames, checkWhole } from './checks.ts'
import { MAX_LOCK_TIME, MIN_LOCK_TIME } from './contracts/constants.ts'
import { fakeAddress } from './fakes.ts'

export type SimulatedChainOptions = {
  /** Seed of all randomness, a whole number; 1 by default. */
  seed?: number
  /** Seconds between blocks; 1 by default. */
  blockTime?: number
  /** Timestamp of the first block in seconds; the start of 2026 by default. */
  startAt?: number
  /** Lock time of refunds in seconds, from 3600 to 604800 as in the contracts; an hour by default. */
  lockTime?: number
  /** The minimum of a ledger; 3 OG by default. */
  minLedgerBalance?: Amount
  /** The minimum for a new sub-account; 1 OG by default. */
  minTransfer?: Amount
  /** Providers of each service: their addresses or their number. One inference provider by default. */
  inference?: number | readonly string[]
  fineTuning?: number | readonly string[]
}

/** The start of 2026. */
export const START = 1_767_225_600

export const chainOptionNames: Readonly<Record<keyof SimulatedChainOptions, true>> = {
  seed: true,
  blockTime: true,
  startAt: true,
  lockTime: true,
  minLedgerBalance: true,
  minTransfer: true,
  inference: true,
  fineTuning: true,
}

/**
 * Checks the options of a simulated chain and fills in the defaults.
 *
 * @throws InvalidInputError for an impossible option
 * @throws TypeError for an amount that is a number
 */
export function toDeployment(options: SimulatedChainOptions) {
  checkNames('a simulated chain', options, chainOptionNames)
  const { seed = 1, blockTime = 1, startAt = START, lockTime = MIN_LOCK_TIME, inference = 1, fineTuning = 0 } = options
  const { minLedgerBalance = '3', minTransfer = '1' } = options
  checkWhole('seed', seed, { least: Number.MIN_SAFE_INTEGER })
  check(Number.isInteger(blockTime) && blockTime > 0, 'A block time is a whole number of seconds.', {
    blockTime: describeValue(blockTime),
  })
  checkWhole('startAt', startAt, { least: 0 })
  checkLockTime(lockTime)
  return {
    seed,
    blockTime,
    startAt,
    lockTime,
    minLedgerBalance: toWei(minLedgerBalance, 'minLedgerBalance'),
    minTransfer: toWei(minTransfer, 'minTransfer'),
    providers: [...providersOf('inference', inference), ...providersOf('fine-tuning', fineTuning)],
  }
}

/** @throws InvalidInputError for a lock time that the contracts refuse */
export function checkLockTime(seconds: unknown): void {
  const holds = typeof seconds === 'number' && Number.isInteger(seconds)
  check(holds && seconds >= MIN_LOCK_TIME && seconds <= MAX_LOCK_TIME, 'The contracts refuse this lock time.', {
    lockTime: describeValue(seconds),
    expected: `a whole number of seconds from ${MIN_LOCK_TIME} (an hour) to ${MAX_LOCK_TIME} (a week)`,
  })
}

function providersOf(serviceType: ServiceType, wanted: unknown): SimulatedProvider[] {
  const name = serviceType === 'inference' ? 'inference' : 'fineTuning'
  check(
    typeof wanted === 'number' || Array.isArray(wanted),
    `${name} is the number of its providers, or their addresses.`,
    {
      [name]: describeValue(wanted),
      expected: 'a whole number from 0 up, or a list of addresses',
    },
  )
  if (!Array.isArray(wanted)) checkWhole(name, wanted, { least: 0 })
  const all: string[] = Array.isArray(wanted)
    ? wanted.map((address: string) => toAddress(address, 'provider'))
    : Array.from({ length: wanted }, (_, index) => fakeAddress(`${serviceType} ${index}`))
  const duplicate = all.find((address, at) => all.indexOf(address) !== at)
  check(duplicate === undefined, 'An address offers a service only once.', { [name]: duplicate ?? '' })
  return all.map((address) => ({ address, serviceType, url: '' }))
}
