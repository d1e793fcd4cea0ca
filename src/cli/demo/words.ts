import { list } from '../screen/table.ts'
import { lineWidth, paint, print, printServerCall } from '../screen/terminal.ts'
import { og } from '../screen/words.ts'
import type { DemoOptions } from './demo.ts'
import type { Outcome } from './outcome.ts'
import { DEPOSIT } from './deposits.ts'
import type { Served } from './serving.ts'

/** Says what the demo will do. */
export function introLines({
  inferenceProviders,
  fineTuningProviders,
  speed,
}: Pick<DemoOptions, 'inferenceProviders' | 'fineTuningProviders' | 'speed'>) {
  const providers = [
    `${inferenceProviders} of inference`,
    ...(fineTuningProviders > 0 ? [`${fineTuningProviders} of fine-tuning`] : []),
  ].join(' and ')
  return [
    paint('bold', 'og-ledger demo: auto-funding at work'),
    '',
    speed === null
      ? 'A local chain is started with the contracts of 0G Compute and a block every second.'
      : `The contracts of 0G Compute are simulated in memory: ${timesInWords(speed)}.`,
    `A wallet opens a ledger with ${DEPOSIT} OG, and uses providers: ${providers}.`,
    'They charge it in small amounts, in sessions with rests between, by settling fees on chain as real ones do. One of',
    'them charges a lot at once, on purpose: a scare.',
    'Where too little is left, auto-funding sees it on the chain and fills up to its target: once, and not a wei more.',
    'No key, no network and no real money is used.',
    '',
  ]
}

function timesInWords(speed: number): string {
  return speed === 1 ? 'a block every second' : `a block every second, and time passes up to ${speed} times as fast`
}

/** The summary, counted from the chain's own history. */
export function summaryLines(outcome: Outcome): string[] {
  const { drained, charges, drains, toppedUp, topUps, opened, overtaken, unanswered } = outcome
  const { held, transactions, deposits, overpaid, doublePayments, faults } = outcome
  const caughtUp =
    overtaken === 0 ? '' : `, ${overtaken} ${overtaken === 1 ? 'was' : 'were'} overtaken by another charge`
  return [
    paint('bold', `Summary of ${outcome.seconds} s, from the chain's own history`),
    '',
    ...list(
      [
        ['drained', `${og(drained)} in ${charges} charges`],
        ['drains', `${drains} times a sub-account fell below what is required; ${unanswered} stayed below`],
        [
          'topped up',
          `${og(toppedUp)} in ${topUps} top-ups: ${opened} opened a sub-account, ${drains} answered a drain${caughtUp}`,
        ],
        ['held now', `${og(held)} in ${opened} sub-accounts`],
        [
          'transactions',
          `${transactions} of the wallet: ${deposits} into its ledger and ${transactions - deposits - outcome.byHand.transactions} top-ups`,
        ],
        ['paid twice', `${doublePayments} times`],
        ['overpaid', `${overpaid} wei`],
        ...byHandLines(outcome),
        ...(outcome.speed === null
          ? []
          : [['speed', `time passed ${times(outcome.speed)} times as fast as the clock`] as const]),
      ],
      lineWidth(),
    ),
    '',
    ...(faults.length === 0
      ? [paint('green', outcome.byHand.transactions === 0 ? RIGHT : RIGHT_BESIDE)]
      : faults.map((fault) => paint('red', `Wrong: ${fault}`))),
  ]
}

const RIGHT = 'Every drain was followed by exactly one top-up, and every wei is where it should be.'
const RIGHT_BESIDE =
  'Auto-funding paid nothing twice and nothing too much, and every wei is where it should be; what was done by hand is counted apart.'

/** What a person did on the page; nothing where only the demo acted. */
function byHandLines({ byHand }: Outcome): (readonly [string, string])[] {
  const { topUps, toppedUp, deposits, deposited, takenBack, withdrawn, transactions } = byHand
  if (transactions === 0) return []
  const parts = [
    topUps > 0 && `${og(toppedUp)} in ${topUps} top-up${topUps === 1 ? '' : 's'}`,
    deposits > 0 && `${og(deposited)} in ${deposits} deposit${deposits === 1 ? '' : 's'}`,
    takenBack > 0n && `${og(takenBack)} asked back`,
    withdrawn > 0n && `${og(withdrawn)} withdrawn`,
  ].filter((part) => part !== false)
  return [
    ['by hand', `${parts.join(', ') || 'nothing moved'}; ${transactions} transaction${transactions === 1 ? '' : 's'}`],
  ]
}

const times = (speed: number): string => (speed < 10 ? speed.toFixed(1) : String(Math.round(speed)))

/** Says where the served model is, and how to chat with it. The key is this demo's own, and is not redacted. */
export function printServed({ baseURL, model, key, provider }: Served): void {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] })
  print(
    [
      paint('bold', 'og-ledger demo: a request never fails for money'),
      '',
      `A local chain runs with the contracts of 0G Compute, and a provider serves ${model} there: ${provider}.`,
      'The wallet has a ledger of 20 OG and no sub-account: the first request is rejected, funded, and answered.',
      'No key of yours, no network and no real money is used. In another terminal:',
      '',
    ].join('\n'),
  )
  printServerCall({ baseURL, key, body })
}
