import type { AutoFundingStatus } from '../../index.ts'
import type { PositionView, AccountView } from '../screen/view.ts'
import { print, tellPage } from '../screen/terminal.ts'
import { decisionInWords, og, short } from '../screen/words.ts'
import type { Stage } from './demo.ts'

/** For logs: a line for everything that happens. */
export function logOutput(): Stage {
  const startedAt = Date.now()
  const known = new Map<string, { topUps: number; held: string }>()
  const tell = (block: number, who: string, what: string) => {
    const time = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)
    print(`${time} s  block ${String(block).padEnd(4)}  ${who.padEnd(26)}  ${what}`)
  }
  return {
    served: (url) => tellPage(url, 'stdout'),
    deposited: (amount, block) => tell(block, 'wallet', `deposited ${amount} OG in its ledger`),
    began: () => undefined,
    close: () => undefined,
    charged: (charge) => tell(charge.blockNumber, nameOf(charge), `charged ${og(charge.fee)}`),
    seen({ position, accounts }: PositionView) {
      for (const account of accounts) {
        const name = nameOf(account)
        const before = known.get(name) ?? { topUps: 0, held: '' }
        const topUps = account.autoFunding?.topUps ?? 0
        const held = heldBecause(account)
        if (topUps > before.topUps) tell(position.block.number, name, topUpInWords(account, account.autoFunding))
        if (held !== '' && held !== before.held) tell(position.block.number, name, `held: ${held}`)
        known.set(name, { topUps, held })
      }
    },
  }
}

function topUpInWords({ available, required }: AccountView, status: AutoFundingStatus | null): string {
  const { amount = '0', transactionHash = '' } = status?.lastTopUp ?? {}
  return `topped up by ${og(amount)}: ${og(available)} of ${og(required)} available, transaction ${short(transactionHash)}`
}

/** Only what is worth a line: not that all is well, nor that something is on its way. */
function heldBecause({ decision }: AccountView): string {
  if (decision?.action !== 'hold') return ''
  return ['sufficient', 'in-flight', 'settling'].includes(decision.reason) ? '' : decisionInWords(decision)
}

const nameOf = ({ serviceType, provider }: Pick<AccountView, 'serviceType' | 'provider'>): string =>
  `${serviceType} ${short(provider)}`
