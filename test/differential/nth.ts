/** An entry of a list that must have it. */
export function nth<T>(list: readonly T[], index: number): T {
  const entry = list[index]
  if (entry === undefined) throw new RangeError(`The list has ${list.length} entries, and none at ${index}.`)
  return entry
}
