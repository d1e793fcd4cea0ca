import { defineCommand } from 'citty'
import { firstOf, openApprovals } from '../approvals.ts'
import { carryOn } from '../carrying-on.ts'
import { autoFundingLines } from '../auto-funding-lines.ts'
import { checkOn, fundedIn, readConfig, type FundingConfig } from '../config-file.ts'
import { addressOf } from '../connection.ts'
import { openFunding } from '../funding.ts'
import { budgetOf, termsGiven, termsIn, termsOptions } from '../funding-options.ts'
import { fundingWords } from '../funding-words.ts'
import { onHangup } from '../hangup.ts'
import { interrupted } from '../interrupt.ts'
import { landed } from '../landing.ts'
import { openNotices } from '../notices.ts'
import { recordOption, sendingOptions } from '../options.ts'
import { walletLines } from '../overview.ts'
import { ask, mayAsk, mayProceed } from '../questions.ts'
import { openRecorder } from '../recorder.ts'
import { drainLines } from '../refund-lines.ts'
import { createReload } from '../reload.ts'
import { see } from '../seen.ts'
import { serviceTypeOf } from '../services.ts'
import { sendingSession } from '../session.ts'
import { show } from '../show.ts'
import { list } from '../table.ts'
import { canAsk, note, tellPage, wantsJson } from '../terminal.ts'
import { openUi, uiOptions, uiPlanOf } from '../ui.ts'
import { UsageError } from '../usage-error.ts'
import { og } from '../words.ts'

export const command = defineCommand({
  args: {
    provider: { type: 'positional', required: false, description: 'addresses of the providers to keep funded' },
    config: {
      type: 'string',
      valueHint: 'file',
      description: 'or a file that names them, with terms of their own; SIGHUP reads it again',
    },
    service: { type: 'string', valueHint: 'type', description: 'inference or fine-tuning (inference)' },
    ...termsOptions,
    'total-budget': { type: 'string', valueHint: 'OG/time', description: 'the most that all of them get together' },
    approve: {
      type: 'boolean',
      description: 'asks before each top-up: on the terminal, and with --ui --control on the page',
    },
    ...recordOption,
    ...uiOptions,
    ...sendingOptions,
  },
  async run({ args }) {
    const { config: file } = args
    const config = file === undefined ? configOf(args) : await configIn(file, args)
    const funded = fundedIn(config)
    mayProceed(args)
    const page = uiPlanOf(args)
    const asksPage = page !== null && page.token !== null
    if (args.approve && !asksPage) mayAsk('--approve asks on the terminal')
    const json = wantsJson(args)
    const notices = openNotices({ json })
    using reloading = file === undefined ? null : onHangup()
    using recorder = args.record === undefined ? null : openRecorder(args.record, notices.say)
    const { network, intervalMs, budget, autoClaim } = config
    await using session = await sendingSession(args, {
      ...(network !== undefined && { network }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(budget && { budget }),
      ...(autoClaim && { autoClaim }),
    })
    const { broker, place } = session
    if (broker.ledger.isClosing) return await carryOn(session, { json, recorder, notices, yes: args.yes === true })
    checkOn(broker, funded, file === undefined ? () => '--' : undefined)
    note(list(fundingWords(broker, config, place)).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    const approvals =
      args.approve && canAsk() ? openApprovals({ onChange: (question) => json && question && note(question) }) : null
    await recorder?.follow(broker)
    await using ui = page && (await openUi(broker, page))
    if (ui) tellPage(ui.url)
    const asked = [...(approvals ? [approvals.approve] : []), ...(ui && asksPage ? [ui.approve] : [])]
    const funding = openFunding(broker, args.approve ? firstOf(asked) : null)
    funding.apply(funded)
    if (file !== undefined) reloading?.hear(createReload({ file, config, broker, funding, say: notices.say }))
    await show(broker, {
      json,
      signal: interrupted,
      see: (position, plan) => see(broker, position, plan.decisions),
      lines: (seen) => [...walletLines(seen, place), '', ...autoFundingLines(seen), ...drainLines(seen.refunds)],
      recorder,
      notices,
      approvals,
    })
    const { topUps, paid } = funding.stop()
    if (!(await landed(broker))) note('A transaction that was sent is not mined yet; it may still be.')
    note(
      topUps === 1
        ? `Auto-funding ended after 1 top-up of ${og(paid)}.`
        : `Auto-funding ended after ${topUps} top-ups of ${og(paid)} together.`,
    )
  },
})

type Arguments = Parameters<typeof termsIn>[0] & {
  _: readonly string[]
  service?: string | undefined
  'total-budget'?: string | undefined
}

/** The same terms for everybody that the command line names. */
function configOf(args: Arguments): FundingConfig {
  const { _: named, 'total-budget': total } = args
  if (named.length === 0) throw new UsageError('PROVIDER is missing; or name a file with --config.')
  const providers = [...new Set(named.map((one) => addressOf(one, 'PROVIDER')))]
  const service = serviceTypeOf(args.service ?? 'inference')
  const terms = termsIn(args)
  return {
    ...(total !== undefined && { budget: budgetOf(total, '--total-budget') }),
    defaults: terms,
    providers: providers.map((provider) => ({ provider, service, terms })),
  }
}

/** A file says all of it: an option beside it would be forgotten when it is read again. */
async function configIn(file: string, args: Arguments): Promise<FundingConfig> {
  if (args._.length > 0) throw new UsageError('Either PROVIDER or --config, not both.')
  const given = (['service', 'total-budget'] as const).find((name) => args[name] !== undefined) ?? termsGiven(args)
  if (given !== undefined) throw new UsageError(`--${given} stands in the file when there is a --config.`)
  return readConfig(file)
}
