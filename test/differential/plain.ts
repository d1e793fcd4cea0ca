import { type ParamType, type Result } from 'ethers'

/** What ethers decoded, as plain values: structs by name, numbers as bigint, values without names as a list. */
export function plainOf(types: readonly ParamType[], values: Result): unknown {
  if (types.length === 1 && types[0]) return valueOf(types[0], values[0])
  if (types.every(({ name }) => name === '')) return types.map((type, index) => valueOf(type, values[index]))
  return structOf(types, values)
}

export function structOf(types: readonly ParamType[], values: Result): Record<string, unknown> {
  return Object.fromEntries(types.map((type, index) => [type.name, valueOf(type, values[index])]))
}

function valueOf(type: ParamType, value: unknown): unknown {
  if (type.arrayChildren) return Array.from(value as Iterable<unknown>, (one) => valueOf(type.arrayChildren!, one))
  return type.components ? structOf(type.components, value as Result) : value
}
