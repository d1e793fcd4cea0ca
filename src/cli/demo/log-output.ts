import type { AutoFundingStatus } from '../../index.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import type { PositionView, AccountView } from '../screen/view.ts'
import { print, printPageUrl } from '../screen/terminal.ts'
import { decisionInWords } from '../screen/decision-words.ts'
import { og, short } from '../screen/words.ts'
import type { DemoOutput } from './demo.ts'

/** For logs: one line for each event. */
export function logOutput(): DemoOutput {
  const startedAt = Date.now()
  const known = new Map<string, { topUps: number; hold: string }>()
  let nameOf: (id: SubAccountId) => string = ({ provider }) => short(provider)
  let lastEnding: string | null = null
  const log = (block: number, subject: string, event: string) => {
    const time = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)
    print(`${time} s  block ${String(block).padEnd(4)}  ${subject.padEnd(26)}  ${event}`)
  }
  return {
    onPage: (url) => printPageUrl(url, 'stdout'),
    onDeposit: (amount, block) => log(block, 'wallet', `deposited ${amount} OG in its ledger`),
    onStart(names) {
      nameOf = names
    },
    close: () => undefined,
    onEnding: (words) => print(words),
    onCharge(charge) {
      log(charge.blockNumber, charge.name, `charged ${og(charge.fee)}${charge.isScare ? ': a scare, on purpose' : ''}`)
    },
    onPosition({ position, accounts }: PositionView, _, ending) {
      if (ending !== null && ending !== lastEnding) print(ending)
      lastEnding = ending
      for (const account of accounts) {
        const name = nameOf(account)
        const before = known.get(keyOf(account)) ?? { topUps: 0, hold: '' }
        const topUps = account.autoFunding?.topUps ?? 0
        const hold = holdInWords(account)
        if (topUps > before.topUps) log(position.block.number, name, topUpInWords(account, account.autoFunding))
        if (hold !== '' && hold !== before.hold) log(position.block.number, name, `held: ${hold}`)
        known.set(keyOf(account), { topUps, hold })
      }
    },
  }
}

function topUpInWords({ available, required }: AccountView, status: AutoFundingStatus | null): string {
  const { amount = '0', transactionHash = '' } = status?.lastTopUp ?? {}
  return `topped up by ${og(amount)}: ${og(available)} available, ${og(required)} required, transaction ${short(transactionHash)}`
}

/** The hold reason; empty for one that is not worth a line: enough is available, or a top-up is in flight. */
function holdInWords({ decision }: AccountView): string {
  if (decision?.action !== 'hold') return ''
  return ['sufficient', 'in-flight', 'settling'].includes(decision.reason) ? '' : decisionInWords(decision)
}
