/** A plain name may stand in a message; any other may be a pasted key. */
const PLAIN = /^[a-z_-]{1,24}$/i
/** The parts of JSON that matter here: strings, brackets, commas and colons. */
const PART = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g

type Level = { names: Set<string> | null; name: string; index: number }

/**
 * The path of the first field that stands twice in one object, of which JSON.parse keeps only the last; null without one.
 *
 * @param json text that JSON.parse takes
 */
export function duplicateFieldIn(json: string): string | null {
  const levels: Level[] = []
  let text = ''
  for (const [part] of json.matchAll(PART)) {
    const level = levels.at(-1)
    if (part === '{' || part === '[') levels.push({ names: part === '{' ? new Set() : null, name: '', index: 0 })
    else if (part === '}' || part === ']') levels.pop()
    else if (part === ',') next(level)
    else if (part !== ':') text = part
    else if (level?.names) {
      level.name = JSON.parse(text) as string
      if (level.names.has(level.name)) return pathOf(levels)
      level.names.add(level.name)
    }
  }
  return null
}

function next(level: Level | undefined): void {
  if (level) level.index += 1
}

function pathOf(levels: readonly Level[]): string {
  const steps = levels.map(({ names, name, index }) =>
    names === null ? `[${index}]` : PLAIN.test(name) ? `.${name}` : '.…',
  )
  return steps.join('').replace(/^\./, '')
}
