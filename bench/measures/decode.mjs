import process from 'node:process'
import { AbiCoder } from 'ethers'
import { inferenceAbi } from '../../dist/src/chain/abi.js'
import { createAccountsDecoder, decodeAccounts } from '../../dist/src/chain/decode.js'

const ACCOUNTS = 50
const ROUNDS = 400

/** What decoding a page of sub-accounts costs, beside ethers' decoder: what each reading does. */
export function decode() {
  const answers = [0, 1].map(answerOf)
  const theirs = microseconds((round) => {
    const [accounts] = inferenceAbi.decodeFunctionResult('getAccountsByUser', answers[round % 2])
    return accounts.map(({ provider, balance, pendingRefund, refunds, validRefundsLength }) => [
      provider,
      balance,
      pendingRefund,
      validRefundsLength,
      ...refunds.map(({ amount, createdAt }) => [amount, createdAt]),
    ])
  })
  const changed = microseconds((round) => decodeAccounts({ reverted: false, data: answers[round % 2] }, 'inference'))
  const known = createAccountsDecoder()
  // Each answer of a node is another string with the same characters.
  const copies = Array.from({ length: ROUNDS }, () => Buffer.from(answers[0]).toString())
  const unchanged = microseconds((round) => known({ reverted: false, data: copies[round] }, 'inference'))
  const row = (what, ours) => ({
    name: `decode a sub-account, ${what}: µs of CPU`,
    digits: 2,
    reference: theirs,
    ours,
    note: `${ACCOUNTS} accounts with two refunds in a page; reference: ethers' decoder`,
  })
  return { rows: [row('changed', changed), row('unchanged', unchanged)], details: { theirs, changed, unchanged } }
}

function microseconds(work) {
  for (let round = 0; round < ROUNDS / 4; round += 1) work(round)
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round += 1) work(round)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / ROUNDS / ACCOUNTS
}

function answerOf(seed) {
  const address = (index) => `0x${(index + 1).toString(16).padStart(40, '0')}`
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => {
    const refunds = [0n, 1n].map((at) => [at, 10n ** 17n, 1_767_225_600n + at, false])
    const head = [address(999), address(index), 7n, 10n ** 18n + BigInt(seed), 2n * 10n ** 17n]
    return [...head, refunds, '', true, 2n, 0n, 0n]
  })
  const type = inferenceAbi.getFunction('getAccountsByUser').outputs
  return AbiCoder.defaultAbiCoder().encode(type, [accounts, BigInt(ACCOUNTS)])
}
