import { defineCommand } from 'citty'
import { subAccountView } from '../../../machines/index.ts'
import type { Broker } from '../../index.ts'
import { interrupted } from '../interrupt.ts'
import { sendingOptions } from '../options.ts'
import { sendAndTell } from '../sending.ts'
import { moment } from '../words.ts'

export const command = defineCommand({
  args: sendingOptions,
  async run({ args }) {
    await sendAndTell(args, {
      command: 'close',
      words: ({ rules }) => ({
        do: 'ask everything back, wait for the lock, withdraw it and delete the ledger',
        amount: 'all of it',
        from: 'every sub-account and the ledger',
        to: 'the wallet',
        lock: `${Math.max(0, ...Object.values(rules.lockTimes)) / 3_600} hours; ended earlier, it goes on when called again`,
      }),
      send: ({ ledger }) => ledger.closeLedger({ signal: interrupted }),
      between: lockInWords,
      endsItself: true,
    })
  },
})

function lockInWords(broker: Broker): string | null {
  const unlocks = broker.subAccounts().flatMap((actor) => subAccountView(actor.getSnapshot()).unlocksAt ?? [])
  return unlocks.length === 0 ? null : `Refunds are locked until ${moment(Math.min(...unlocks))}; waiting.`
}
