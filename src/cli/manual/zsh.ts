import type { CommandWords, OptionWords } from './command-words.ts'

/** Completion for zsh, to be sourced or to lie in a folder of fpath as _og-ledger. */
export function zshCompletion(all: readonly CommandWords[]): string {
  return `#compdef og-ledger
# Completion of og-ledger for zsh: source <(og-ledger completion zsh)
_og_ledger() {
  local state line
  local -a commands=(
${all.map(({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C '(-)--help[what is possible]' '(-)--version[the version]' '1: :->command' '*:: :->rest'
  case "$state" in
    command) _describe command commands ;;
    rest)
      case "$words[1]" in
${all.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_og_ledger" ]; then _og_ledger "$@"; else compdef _og_ledger og-ledger; fi
`
}

function commandCase({ name, options, arguments: positionals }: CommandWords): string {
  const choices = positionals.flatMap((one) => one.choices)
  const rest = quote(choices.length > 0 ? `*: :(${choices.join(' ')})` : '*: :')
  const specs = [...options.map(optionSpec), quote('--help[what is possible]'), rest]
  return `        ${name}) _arguments ${specs.join(' ')} ;;`
}

function optionSpec({ name, description, value, choices, isFile }: OptionWords): string {
  const words = `--${name}[${description.replaceAll(/[[\]]/g, (one) => `\\${one}`)}]`
  if (value === null) return quote(words)
  const action = isFile ? '_files' : choices.length > 0 ? `(${choices.join(' ')})` : ' '
  return quote(`${words}:${value.replaceAll(':', '\\:')}:${action}`)
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
