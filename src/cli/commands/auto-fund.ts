import { defineCommand } from 'citty'
import { openAlerts } from '../session/alerts.ts'
import { firstOf, openApprovals } from '../session/approvals.ts'
import { continueClosing } from '../closing/continue-closing.ts'
import { autoDepositPairs } from '../screen/deposit-lines.ts'
import { autoFundingLines } from '../screen/auto-funding-lines.ts'
import { receiversIn } from '../config/alert-terms.ts'
import { openKeeper } from '../keeper/server.ts'
import { openKeeperQuestions } from '../keeper/questions.ts'
import { checkOnDeployment } from '../config/deployment.ts'
import { fundedProvidersIn } from '../config/file.ts'
import { fundingConfigIn } from '../config/funding-arguments.ts'
import { openDeposits } from '../session/deposits.ts'
import { openFunding } from '../session/funding.ts'
import { checkPayer, openTreasury } from '../session/treasury.ts'
import { depositOptions } from '../config/deposit-terms.ts'
import { termsOptions } from '../config/terms-options.ts'
import { fundingWords } from '../screen/funding-words.ts'
import { onHangup } from '../session/hangup.ts'
import { interrupted } from '../session/interrupt.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { openNotices } from '../screen/notices.ts'
import { recordOption, sendingOptions, treasuryOption } from '../arguments/options.ts'
import { walletLines } from '../screen/overview.ts'
import { ask, mayAsk, mayProceed } from '../session/questions.ts'
import { openRecorder } from '../replay/recorder.ts'
import { drainLines } from '../screen/refund-lines.ts'
import { createReload } from '../config/reload.ts'
import { viewOf } from '../screen/view.ts'
import { sendingSession } from '../session/session.ts'
import { show } from '../screen/show.ts'
import { list } from '../screen/table.ts'
import { canAsk, messageWidth, note, printMetricsUrl, printPageUrl, wantsJson } from '../screen/terminal.ts'
import { pagePlanOf, uiOptions } from '../arguments/page-options.ts'
import { metricsOption, metricsPlaceOf } from '../arguments/metrics-option.ts'
import { openProbes } from '../session/probes.ts'
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
    ...depositOptions,
    ...treasuryOption,
    approve: {
      type: 'boolean',
      description:
        'asks before each top-up and deposit: on the terminal, by og-ledger approve, and with --ui --control on the page',
    },
    ...recordOption,
    ...uiOptions,
    ...metricsOption,
    ...sendingOptions,
  },
  async run({ args }) {
    const { config: file } = args
    const config = await fundingConfigIn(args)
    const funded = fundedProvidersIn(config)
    if (args['treasury-keystore'] !== undefined && !config.autoDeposit && file === undefined)
      throw new UsageError('--treasury-keystore is about deposits: it needs --deposit-trigger and --deposit-target.')
    // A variable that is not set is said before anything else is done.
    if (config.alerts) receiversIn(config.alerts)
    mayProceed(args)
    const pagePlan = pagePlanOf(args)
    const metricsPlace = metricsPlaceOf(args)
    const asksOnPage = pagePlan !== null && pagePlan.token !== null
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
    if (broker.ledger.isClosing) {
      await using probes = metricsPlace && (await openProbes(broker, metricsPlace))
      if (probes) printMetricsUrl(probes.url)
      return await continueClosing(session, { json, recorder, notices, yes: args.yes === true })
    }
    checkOnDeployment(broker, funded, file === undefined ? () => '--' : undefined)
    const treasury =
      config.autoDeposit || file !== undefined
        ? await openTreasury(args, { wallet: broker.wallet, provider: session.provider })
        : null
    const check = (from: string | undefined) => checkPayer(from, treasury, broker.wallet)
    check(config.autoDeposit?.from)
    const words = fundingWords(broker, config, { place, payer: treasury?.address ?? null })
    note(list(words, messageWidth()).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    const approvals =
      args.approve && canAsk() ? openApprovals({ onChange: (question) => json && question && note(question) }) : null
    await using alerting = config.alerts && (await openAlerts(broker, config.alerts, notices.say))
    await recorder?.follow(broker)
    await using page = pagePlan && (await openPage(broker, pagePlan))
    if (page) printPageUrl(page.url)
    await using probes =
      metricsPlace && (await openProbes(broker, metricsPlace, { ...(alerting && { alerts: alerting }) }))
    if (probes) printMetricsUrl(probes.url)
    const questions = args.approve ? openKeeperQuestions(notices.say) : null
    await using keeper = await openKeeper(broker, { questions, say: notices.say })
    if (args.approve && !approvals && !asksOnPage && !keeper.listens) mayAsk('--approve asks on the terminal')
    const approvers = [
      ...(approvals ? [approvals.approve] : []),
      ...(page && asksOnPage ? [page.approve] : []),
      ...(questions ? [questions.approve] : []),
    ]
    const approve = args.approve ? firstOf(approvers) : null
    const funding = openFunding(broker, approve)
    const deposits = openDeposits(broker, { approve, treasury })
    funding.apply(funded)
    deposits.apply(config.autoDeposit)
    if (file !== undefined)
      hangups?.listen(
        createReload({
          file,
          config,
          broker,
          funding,
          deposits,
          checkPayer: check,
          say: notices.say,
          signal: interrupted,
        }),
      )
    await show(broker, {
      json,
      signal: interrupted,
      view: (plan) => viewOf(broker, plan),
      lines: (view) => [
        ...walletLines(view, place, autoDepositPairs(view.deposit)),
        '',
        ...autoFundingLines(view),
        ...drainLines(view.refunds),
      ],
      payments: true,
      recorder,
      notices,
      approvals,
    })
    funding.stop()
    deposits.stop()
    if (!(await transactionsSettled(broker))) note('A transaction that was sent is not mined yet; it may still be.')
    const [topUps, deposited] = [funding.sum(), deposits.sum()]
    const parts = [
      sumInWords('top-up', topUps.topUps, topUps.paid),
      ...(config.autoDeposit || deposited.deposits > 0
        ? [sumInWords('deposit', deposited.deposits, deposited.paid)]
        : []),
    ]
    note(`Auto-funding ended after ${parts.join(' and ')}.`)
  },
})

const sumInWords = (what: string, count: number, paid: bigint): string =>
  count === 1 ? `1 ${what} of ${og(paid)}` : `${count} ${what}s of ${og(paid)} together`
