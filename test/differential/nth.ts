/** An entry that must be there. */
export function nth<T>(list: readonly T[], index: number): T {
  const entry = list[index]
  if (entry === undefined) throw new RangeError(`There are ${list.length}, and none at ${index}.`)
  return entry
}
