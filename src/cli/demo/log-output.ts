import type { AutoFundingStatus } from '../../index.ts'
import type { PositionView, AccountView } from '../screen/view.ts'
import { print, printPageUrl } from '../screen/terminal.ts'
import { decisionInWords } from '../screen/decision-words.ts'
import { og, short } from '../screen/words.ts'
import type { DemoOutput } from './demo.ts'

/** For logs: one line for each event. */
export function logOutput(): DemoOutput {
  const startedAt = Date.now()
  const known = new Map<string, { topUps: number; hold: string }>()
  const log = (block: number, subject: string, event: string) => {
    const time = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)
    print(`${time} s  block ${String(block).padEnd(4)}  ${subject.padEnd(26)}  ${event}`)
  }
  return {
    onPage: (url) => printPageUrl(url, 'stdout'),
    onDeposit: (amount, block) => log(block, 'wallet', `deposited ${amount} OG in its ledger`),
    onStart: () => undefined,
    close: () => undefined,
    onCharge: (charge) => log(charge.blockNumber, nameOf(charge), `charged ${og(charge.fee)}`),
    onPosition({ position, accounts }: PositionView) {
      for (const account of accounts) {
        const name = nameOf(account)
        const before = known.get(name) ?? { topUps: 0, hold: '' }
        const topUps = account.autoFunding?.topUps ?? 0
        const hold = holdInWords(account)
        if (topUps > before.topUps) log(position.block.number, name, topUpInWords(account, account.autoFunding))
        if (hold !== '' && hold !== before.hold) log(position.block.number, name, `held: ${hold}`)
        known.set(name, { topUps, hold })
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

const nameOf = ({ serviceType, provider }: Pick<AccountView, 'serviceType' | 'provider'>): string =>
  `${serviceType} ${short(provider)}`
