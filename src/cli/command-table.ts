import type { ArgsDef, CommandDef } from 'citty'

export type CommandEntry = {
  summary: string
  /** Command lines, and what each is for. */
  examples: readonly (readonly [line: string, words: string])[]
  /** The last argument may be given several times. */
  variadic?: true
  /** The command itself ends in order at Ctrl-C. */
  endless?: true
  load: () => Promise<Command>
}

/** A command with the definition of its arguments. */
export type Command = CommandDef & { args: ArgsDef }

/** Every command. Its file is loaded only when the command runs. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  init: {
    summary: 'Ask for providers and limits, and write a config file',
    examples: [
      ['og-ledger init', 'Ask, and write og-ledger.json'],
      ['og-ledger init --yes --provider 0xProvider,0xOther --total-budget 25/24h', 'Ask nothing'],
    ],
    load: async () => generic(await import('./commands/init.ts')),
  },
  demo: {
    summary: 'Show auto-funding at work on a chain of its own, with providers that charge; needs no key and no network',
    examples: [
      ['og-ledger demo', 'A local chain with the real contracts, in the terminal and on a page'],
      ['og-ledger demo --simulated --speed 100', 'Without a chain, a hundred times as fast'],
    ],
    endless: true,
    load: async () => generic(await import('./commands/demo.ts')),
  },
  status: {
    summary: "Show a wallet's ledger and sub-accounts, and what auto-funding would do",
    examples: [
      ['og-ledger status --network mainnet --address 0xWallet', 'Look at a wallet without its key'],
      ['og-ledger status --config og-ledger.json', 'What auto-fund would do with this file'],
    ],
    load: async () => generic(await import('./commands/status.ts')),
  },
  plan: {
    summary: 'Show what auto-funding would do now for every sub-account, and what to deposit: a dry run',
    examples: [
      ['og-ledger plan --network mainnet --for 300', 'Measure the burn for five minutes, then say what would be done'],
    ],
    endless: true,
    load: async () => generic(await import('./commands/plan.ts')),
  },
  watch: {
    summary: 'Show the status continuously; with --record, record it for replay',
    examples: [
      ['og-ledger watch --network mainnet --ui --record history.jsonl', 'On a page as well, and recorded for replay'],
    ],
    endless: true,
    load: async () => generic(await import('./commands/watch.ts')),
  },
  replay: {
    summary: 'Replay a recording, and show what another policy would have sent',
    examples: [['og-ledger replay history.jsonl --policy og-ledger.json', 'What another config would have sent']],
    load: async () => generic(await import('./commands/replay.ts')),
  },
  providers: {
    summary: 'List the providers that hold money of a wallet, or with --all every provider and its prices',
    examples: [['og-ledger providers --all --network mainnet', 'Every provider and its prices']],
    load: async () => generic(await import('./commands/providers.ts')),
  },
  transactions: {
    summary: 'List open and recent transactions, or settle one whose outcome neither wallet nor chain shows',
    examples: [
      ['og-ledger transactions --network mainnet', 'What is on its way, and what was sent'],
      ['og-ledger transactions --resolve 7 --not-sent', 'Say that a browser wallet sent nothing'],
    ],
    load: async () => generic(await import('./commands/transactions.ts')),
  },
  'add-ledger': {
    summary: 'Open a ledger with a deposit',
    examples: [['og-ledger add-ledger 10 --network mainnet', 'Open a ledger with 10 OG']],
    load: async () => generic(await import('./commands/add-ledger.ts')),
  },
  deposit: {
    summary: 'Add to the ledger',
    examples: [['og-ledger deposit 5 --network mainnet', 'Add 5 OG']],
    load: async () => generic(await import('./commands/deposit.ts')),
  },
  'deposit-for': {
    summary: "Add to another wallet's ledger",
    examples: [['og-ledger deposit-for 0xWallet 5 --network mainnet', "Add 5 OG to another wallet's ledger"]],
    load: async () => generic(await import('./commands/deposit-for.ts')),
  },
  transfer: {
    summary: 'Move money from the ledger to the sub-account with a provider',
    examples: [['og-ledger transfer 0xProvider inference 2.5 --network mainnet', 'Give a provider 2.5 OG to charge']],
    load: async () => generic(await import('./commands/transfer.ts')),
  },
  ensure: {
    summary: 'Make sure, once, that a provider can charge an amount',
    examples: [['og-ledger ensure 0xProvider --network mainnet --yes', 'In a script: pay only what is missing']],
    load: async () => generic(await import('./commands/ensure.ts')),
  },
  'auto-fund': {
    summary: 'Keep sub-accounts funded until Ctrl-C',
    examples: [
      [
        'og-ledger auto-fund 0xProvider 0xOther --network mainnet --max-top-up 5 --total-budget 25/24h',
        'Two providers with a daily budget',
      ],
      ['og-ledger auto-fund --config og-ledger.json --metrics 9464', 'By a file, with metrics for Prometheus'],
    ],
    variadic: true,
    endless: true,
    load: async () => generic(await import('./commands/auto-fund.ts')),
  },
  fleet: {
    summary: 'Keep many wallets funded until Ctrl-C; with a database, together with other machines',
    examples: [
      [
        'og-ledger fleet --config fleet.json --metrics 9464',
        'By a file of wallets and policies, with metrics for Prometheus',
      ],
      [
        'og-ledger fleet --config fleet.json --database DATABASE_URL',
        'One of several machines, which share the wallets',
      ],
    ],
    endless: true,
    load: async () => generic(await import('./commands/fleet.ts')),
  },
  serve: {
    summary: 'Serve providers as a local OpenAI-compatible endpoint that funds what they reject, until Ctrl-C',
    examples: [
      ['og-ledger serve 0xProvider --network mainnet --max-top-up 5', 'An OpenAI-compatible address on this machine'],
    ],
    variadic: true,
    endless: true,
    load: async () => generic(await import('./commands/serve.ts')),
  },
  pause: {
    summary: 'Pause auto-funding in the process that keeps the wallet',
    examples: [['og-ledger pause 0xProvider --network mainnet', 'Pay this provider nothing for now']],
    load: async () => generic(await import('./commands/pause.ts')),
  },
  resume: {
    summary: 'Resume auto-funding there',
    examples: [['og-ledger resume 0xProvider --network mainnet', 'Go on']],
    load: async () => generic(await import('./commands/resume.ts')),
  },
  approve: {
    summary: 'List the payments that await approval there, and approve or deny one',
    examples: [
      ['og-ledger approve --network mainnet', 'List what waits'],
      ['og-ledger approve 3 --network mainnet', 'Approve the third'],
    ],
    load: async () => generic(await import('./commands/approve.ts')),
  },
  alerts: {
    summary: 'alerts test: send each receiver of a config file one alert, and its end',
    examples: [['og-ledger alerts test --config og-ledger.json', 'Does Slack get it?']],
    load: async () => generic(await import('./commands/alerts.ts')),
  },
  retrieve: {
    summary: 'Ask money back from sub-accounts, and claim unlocked refunds',
    examples: [['og-ledger retrieve inference --network mainnet', 'Ask everything back from providers of inference']],
    load: async () => generic(await import('./commands/retrieve.ts')),
  },
  refunds: {
    summary: 'List every pending refund, and when it can be claimed',
    examples: [['og-ledger refunds --network mainnet', 'When does what come home?']],
    load: async () => generic(await import('./commands/refunds.ts')),
  },
  claim: {
    summary: 'Claim refunds whose lock is over; the free balance stays with the provider',
    examples: [['og-ledger claim --network mainnet', 'Claim what is unlocked; what is free stays']],
    load: async () => generic(await import('./commands/claim.ts')),
  },
  refund: {
    summary: 'Withdraw from the ledger to the wallet',
    examples: [['og-ledger refund all --network mainnet', 'Everything that is available, to the wallet']],
    load: async () => generic(await import('./commands/refund.ts')),
  },
  delete: {
    summary: 'Delete an empty ledger',
    examples: [['og-ledger delete --network mainnet', 'Delete an empty ledger']],
    load: async () => generic(await import('./commands/delete.ts')),
  },
  close: {
    summary: 'Withdraw everything and delete the ledger; takes as long as the refund lock',
    examples: [['og-ledger close --wait --network mainnet', 'Bring everything home, and stay until it is']],
    load: async () => generic(await import('./commands/close.ts')),
  },
  machines: {
    summary: 'Print the statecharts, as Mermaid or as JSON',
    examples: [['og-ledger machines subAccount --format json', 'A config for Stately Studio']],
    load: async () => generic(await import('./commands/machines.ts')),
  },
  completion: {
    summary: 'Print the completion of a shell',
    examples: [
      ['eval "$(og-ledger completion bash)"', 'In ~/.bashrc'],
      ['source <(og-ledger completion zsh)', 'In ~/.zshrc'],
      ['og-ledger completion fish | source', 'In config.fish'],
    ],
    load: async () => generic(await import('./commands/completion.ts')),
  },
}

/** citty types a command by its own arguments; a list of commands needs a common type. */
function generic({ command }: { command: unknown }): Command {
  return command as Command
}
