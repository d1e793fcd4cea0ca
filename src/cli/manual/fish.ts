import type { CommandWords, OptionWords } from './command-words.ts'

/** Completion for fish. */
export function fishCompletion(all: readonly CommandWords[]): string {
  const lines = all.flatMap((one) => {
    const when = `-n ${quote(`__fish_seen_subcommand_from ${one.name}`)}`
    const choices = one.arguments.flatMap((argument) => argument.choices)
    return [
      `complete -c og-ledger -n __fish_use_subcommand -a ${one.name} -d ${quote(one.summary)}`,
      ...(choices.length > 0 ? [`complete -c og-ledger ${when} -a ${quote(choices.join(' '))}`] : []),
      ...one.options.map((option) => `complete -c og-ledger ${when} ${optionWords(option)}`),
    ]
  })
  return `# Completion of og-ledger for fish: og-ledger completion fish | source
complete -c og-ledger -f
complete -c og-ledger -l help -d 'what is possible'
${lines.join('\n')}
`
}

function optionWords({ name, description, value, choices, isFile }: OptionWords): string {
  const words = `-l ${name} -d ${quote(description)}`
  if (value === null) return words
  if (isFile) return `${words} -r -F`
  return choices.length > 0 ? `${words} -x -a ${quote(choices.join(' '))}` : `${words} -x`
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
