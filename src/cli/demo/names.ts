/** Models that do not exist: the demo's providers offer them, each one of its own. */
const NAMES = [
  'aurora-70b',
  'brook-8b',
  'cedar-coder',
  'delta-vision',
  'ember-chat',
  'fjord-32b',
  'grove-mini',
  'harbor-embed',
  'iris-120b',
  'juniper-code',
]

/** The model of the provider at an index; after the last name they begin again, numbered. */
export function modelName(index: number): string {
  const round = Math.floor(index / NAMES.length)
  const name = NAMES[index % NAMES.length] ?? ''
  return round === 0 ? name : `${name}-${round + 1}`
}
