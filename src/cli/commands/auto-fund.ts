import { defineCommand } from 'citty'
import { firstOf, openApprovals } from '../session/approvals.ts'
import { continueClosing } from '../closing/continue-closing.ts'
import { autoFundingLines } from '../screen/auto-funding-lines.ts'
import { checkOnDeployment } from '../config/deployment.ts'
import { fundedProvidersIn, readConfig, type FundingConfig } from '../config/file.ts'
import { addressOf } from '../session/connection.ts'
import { openFunding } from '../session/funding.ts'
import { budgetOf, firstTermsOption, termsIn, termsOptions } from '../config/terms-options.ts'
import { fundingWords } from '../screen/funding-words.ts'
import { onHangup } from '../session/hangup.ts'
import { interrupted } from '../session/interrupt.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { openNotices } from '../screen/notices.ts'
import { recordOption, sendingOptions } from '../arguments/options.ts'
import { walletLines } from '../screen/overview.ts'
import { ask, mayAsk, mayProceed } from '../session/questions.ts'
import { openRecorder } from '../replay/recorder.ts'
import { drainLines } from '../screen/refund-lines.ts'
import { createReload } from '../config/reload.ts'
import { viewOf } from '../screen/view.ts'
import { serviceTypeOf } from '../session/services.ts'
import { sendingSession } from '../session/session.ts'
import { show } from '../screen/show.ts'
import { list } from '../screen/table.ts'
import { canAsk, note, printPageUrl, wantsJson } from '../screen/terminal.ts'
import { pagePlanOf, uiOptions } from '../arguments/page-options.ts'
import { openPage } from '../session/page.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { og } from '../screen/words.ts'

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
    const funded = fundedProvidersIn(config)
    mayProceed(args)
    const pagePlan = pagePlanOf(args)
    const asksOnPage = pagePlan !== null && pagePlan.token !== null
    if (args.approve && !asksOnPage) mayAsk('--approve asks on the terminal')
    const json = wantsJson(args)
    const notices = openNotices({ json })
    using hangups = file === undefined ? null : onHangup()
    using recorder = args.record === undefined ? null : openRecorder(args.record, notices.say)
    const { network, intervalMs, budget, autoClaim } = config
    await using session = await sendingSession(args, {
      ...(network !== undefined && { network }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(budget && { budget }),
      ...(autoClaim && { autoClaim }),
    })
    const { broker, place } = session
    if (broker.ledger.isClosing)
      return await continueClosing(session, { json, recorder, notices, yes: args.yes === true })
    checkOnDeployment(broker, funded, file === undefined ? () => '--' : undefined)
    note(list(fundingWords(broker, config, place)).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    const approvals =
      args.approve && canAsk() ? openApprovals({ onChange: (question) => json && question && note(question) }) : null
    await recorder?.follow(broker)
    await using page = pagePlan && (await openPage(broker, pagePlan))
    if (page) printPageUrl(page.url)
    const approvers = [...(approvals ? [approvals.approve] : []), ...(page && asksOnPage ? [page.approve] : [])]
    const funding = openFunding(broker, args.approve ? firstOf(approvers) : null)
    funding.apply(funded)
    if (file !== undefined) hangups?.listen(createReload({ file, config, broker, funding, say: notices.say }))
    await show(broker, {
      json,
      signal: interrupted,
      view: (position, plan) => viewOf(broker, position, plan.decisions),
      lines: (view) => [...walletLines(view, place), '', ...autoFundingLines(view), ...drainLines(view.refunds)],
      recorder,
      notices,
      approvals,
    })
    funding.stop()
    if (!(await transactionsSettled(broker))) note('A transaction that was sent is not mined yet; it may still be.')
    const { topUps, paid } = funding.sum()
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

/** A config for the providers of the command line: all have the same terms. */
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

/** Reads the config file. Options for what stands in it are refused: they would be lost when SIGHUP reads the file again. */
async function configIn(file: string, args: Arguments): Promise<FundingConfig> {
  if (args._.length > 0) throw new UsageError('Either PROVIDER or --config, not both.')
  const given =
    (['service', 'total-budget'] as const).find((name) => args[name] !== undefined) ?? firstTermsOption(args)
  if (given !== undefined) throw new UsageError(`--${given} belongs into the file when there is a --config.`)
  return readConfig(file)
}
