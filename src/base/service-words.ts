import type { ServiceType } from '../../machines/position.types.ts'

/** Words that people write for a service type: misspelt ones, names of versions, and the kinds that providers name. */
const words: readonly (readonly [ServiceType, RegExp])[] = [
  ['fine-tuning', /^fin|^ft$|tun|^train|^lora/],
  ['inference', /^inf|^chat|^llm|^complet|^embed|^image|^text|^speech|^serving/],
]

/** The service type that a wrong word stands for; undefined where it may be anything. */
export function meantService(word: unknown): ServiceType | undefined {
  const letters = String(word)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  return words.find(([, pattern]) => pattern.test(letters))?.[0]
}
