import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import { whyOf } from '../screen/auto-funding-lines.ts'
import { accountColumns } from '../screen/overview.ts'
import { openScreen } from '../screen/screen.ts'
import type { PositionView, AccountView } from '../screen/view.ts'
import { table, type Column } from '../screen/table.ts'
import { lineWidth, paint } from '../screen/terminal.ts'
import { og, aligned } from '../screen/words.ts'
import type { Charge } from './charging.ts'
import type { DemoOutput } from './demo.ts'

const REDRAW_MS = 50

/** For a terminal: a table that is drawn in place. */
export function tableOutput(seconds: number | null): DemoOutput {
  const screen = openScreen()
  let startedAt = 0
  let drawnAt = -Infinity
  let page: string[] = []
  let scare = ''
  let nameOf: (id: SubAccountId) => string = ({ provider }) => provider
  let began = ''
  screen.draw(['Setting up…'])
  return {
    onPage(url) {
      page = [`page ${url}`]
    },
    onDeposit: () => undefined,
    onCharge(charge) {
      if (charge.isScare)
        scare = `a scare, on purpose: ${charge.name} charged ${og(charge.fee)} in block ${charge.blockNumber}`
    },
    onEnding: (words) => {
      began = words
    },
    onStart(names) {
      nameOf = names
      startedAt = Date.now()
    },
    onPosition(view, charges, ending) {
      // Simulated positions come faster than a terminal can show them.
      if (Date.now() - drawnAt < REDRAW_MS) return
      drawnAt = Date.now()
      const left = seconds === null ? null : Math.max(0, Math.ceil(seconds - (Date.now() - startedAt) / 1_000))
      const foot = ending === null ? footLine(left) : [began, ending]
      screen.draw([
        ...page,
        ...headLines(view, charges),
        ...(scare === '' ? [] : [scare]),
        '',
        ...rows(view, charges, nameOf),
        '',
        ...foot,
      ])
    },
    close: () => screen.close(),
  }
}

function headLines({ position, accounts }: PositionView, charges: readonly Charge[]): string[] {
  const { block, ledger } = position
  const topUps = accounts.reduce((count, { autoFunding }) => count + (autoFunding?.topUps ?? 0), 0)
  const paid = accounts.reduce((sum, { autoFunding }) => sum + BigInt(autoFunding?.paid ?? 0), 0n)
  const drained = charges.reduce((sum, { fee }) => sum + fee, 0n)
  return [
    `block ${block.number}   ledger ${og(ledger?.available ?? 0n)} available, ${og(ledger?.locked ?? 0n)} in sub-accounts`,
    `drained ${og(drained)} in ${charges.length} charges   topped up ${og(paid)} in ${topUps} top-ups`,
  ]
}

function rows({ accounts }: PositionView, charges: readonly Charge[], nameOf: (id: SubAccountId) => string): string[] {
  const drained = (account: AccountView): bigint =>
    charges.filter((one) => keyOf(one) === keyOf(account)).reduce((sum, { fee }) => sum + fee, 0n)
  const columns: Column<AccountView>[] = [
    { title: 'provider', cell: nameOf },
    ...accountColumns.filter(({ title }) => title !== 'pending refund' && title !== 'provider' && title !== 'service'),
    { title: 'drained', right: true, width: 9, yields: 1, cell: (account) => aligned(drained(account)) },
    { title: 'top-ups', right: true, yields: 1, cell: ({ autoFunding }) => String(autoFunding?.topUps ?? 0) },
    { title: 'last top-up', right: true, yields: 2, cell: lastTopUp },
    { title: 'now', yields: 5, cell: whyOf, below: (account) => (isEnough(account) ? null : whyOf(account)) },
  ]
  return table(columns, accounts, lineWidth())
}

const isEnough = ({ decision }: AccountView): boolean => decision?.action === 'hold' && decision.reason === 'sufficient'

function lastTopUp({ autoFunding }: AccountView): string {
  const last = autoFunding?.lastTopUp
  return last ? aligned(last.amount) : '-'
}

function footLine(secondsLeft: number | null): string[] {
  const until = secondsLeft === null ? '' : `${secondsLeft} s left. `
  return [paint('dim', `Amounts in OG. ${until}Ctrl-C or q ends it with a summary.`)]
}
