import type { CommandWords } from './command-words.ts'

/** Completion for bash 3.2 and later. */
export function bashCompletion(all: readonly CommandWords[]): string {
  const options = all.flatMap((one) => one.options)
  const named = (passes: (option: (typeof options)[number]) => boolean): string[] => [
    ...new Set(options.filter(passes).map(({ name }) => `--${name}`)),
  ]
  const files = named(({ isFile }) => isFile)
  const others = named(({ value, isFile, choices }) => value !== null && !isFile && choices.length === 0)
  const chosen = new Map(
    options.filter(({ choices }) => choices.length > 0).map(({ name, choices }) => [name, choices]),
  )
  return `# Completion of og-ledger for bash: eval "$(og-ledger completion bash)"
_og_ledger() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' index IFS=$' \\n'
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${all.map(({ name }) => name).join('|')}) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$before" in
${[...chosen].map(([name, choices]) => `    --${name}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`).join('\n')}
    ${files.join('|')}) IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${others.join('|')}) return ;;
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W '${all.map(({ name }) => name).join(' ')} --help --version' -- "$word")) ;;
${all.map((one) => `    ${one.name}) COMPREPLY=($(compgen -W '${wordsOf(one).join(' ')}' -- "$word")) ;;`).join('\n')}
  esac
}
complete -o filenames -F _og_ledger og-ledger
`
}

const wordsOf = ({ options, arguments: positionals }: CommandWords): string[] => [
  ...positionals.flatMap(({ choices }) => choices),
  ...options.map(({ name }) => `--${name}`),
  '--help',
]
