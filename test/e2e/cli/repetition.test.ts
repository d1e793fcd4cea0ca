import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { placeOf, run, start } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

let chain: LocalChain
let place: string[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 2 })
  place = placeOf(chain)
})
afterAll(() => chain[Symbol.asyncDispose]())

const totalOf = async (address: string): Promise<bigint> => {
  const [, , total] = (await chain.contracts.ledger.getFunction('getLedger')(address)) as bigint[]
  return total ?? 0n
}

test('a deposit that is repeated while it is on its way is not paid twice, and another amount is paid', async () => {
  const [wallet, other] = chain.wallets
  if (!wallet || !other) throw new Error('The chain lacks wallets.')
  const env = { PRIVATE_KEY: wallet.privateKey }
  expect((await run(['add-ledger', '5', '--yes', ...place], env)).code).toBe(0)
  await chain.setAutomine(false)
  // A command also reports what earlier ones have left open.
  const known = new Set<string>()
  const hashIn = (line: string) => /was sent as (0x[\da-f]{64})/.exec(line)?.[1] ?? ''
  const interruptedBy = async (args: string[]) => {
    const running = start([...args, '--yes', ...place], env)
    const line = await running.line((one) => hashIn(one) !== '' && !known.has(hashIn(one)))
    running.interrupt()
    await running.ended
    known.add(hashIn(line))
    return hashIn(line)
  }
  const hash = await interruptedBy(['deposit', '7'])

  const again = await run(['deposit', '7', '--yes', ...place], env)
  expect(again).toMatchObject({ code: 1 })
  expect(again.stderr).toContain(`The same is on its way already: depositFund of 7 OG (transaction ${hash}).`)
  expect(again.stderr).toContain('Nothing was sent: --yes does not pay twice.')

  const typed = openTerminal(['deposit', '7.0', ...place], env)
  await typed.shows('Is this another one, to be paid as well?')
  typed.type('\r')
  expect(await typed.ended).toBe(130)

  // The same amount to two wallets is two payments.
  const given = await interruptedBy(['deposit-for', other.address, '3.5'])
  const repeated = await run(['deposit-for', other.address.toLowerCase(), '3.5', '--yes', ...place], env)
  expect(repeated.stderr).toContain(`depositFundFor of 3.5 OG (transaction ${given}).`)
  await interruptedBy(['deposit-for', wallet.address, '3.5'])
  await interruptedBy(['deposit', '8'])
  await chain.setAutomine(true)
  await chain.mine()
  expect(await totalOf(wallet.address)).toBe(og('5') + og('7') + og('3.5') + og('8'))

  // Mined meanwhile: the next one is another payment.
  const settled = await run(['deposit', '7', '--yes', ...place], env)
  expect(settled).toMatchObject({ code: 0 })
  expect(settled.stderr).toContain(
    `An earlier command has paid the same, and that is over: depositFund of 7 OG (transaction ${hash}).`,
  )
  expect(await totalOf(wallet.address)).toBe(og('5') + og('7') * 2n + og('3.5') + og('8'))
})
