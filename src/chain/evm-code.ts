const OPCODES = {
  ADD: 0x01,
  MUL: 0x02,
  SUB: 0x03,
  GT: 0x11,
  ISZERO: 0x15,
  CODECOPY: 0x39,
  RETURNDATASIZE: 0x3d,
  RETURNDATACOPY: 0x3e,
  TIMESTAMP: 0x42,
  NUMBER: 0x43,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  JUMPI: 0x57,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  DUP1: 0x80,
  DUP2: 0x81,
  DUP3: 0x82,
  DUP4: 0x83,
  RETURN: 0xf3,
  STATICCALL: 0xfa,
  REVERT: 0xfd,
} as const
const PUSH1 = 0x60
const PUSH2 = 0x61

/** An opcode; a value, which is pushed; a `place` that has a name; or the push of a `place`. */
export type Step = keyof typeof OPCODES | number | bigint | { place: string } | { push: string }

/**
 * Assembles EVM code.
 *
 * @returns hex digits without 0x
 * @throws Error for the name of a place that no step gives, or for code of 64 kB
 */
export function assemble(steps: readonly Step[]): string {
  const places = new Map<string, number>()
  let size = 0
  for (const step of steps) {
    if (typeof step === 'object' && 'place' in step) places.set(step.place, size)
    size += sizeOf(step)
  }
  return steps.map((step) => digitsOf(step, places)).join('')
}

function sizeOf(step: Step): number {
  if (typeof step === 'string') return 1
  if (typeof step !== 'object') return 1 + valueOf(step).length / 2
  return 'place' in step ? 0 : 3
}

function digitsOf(step: Step, places: ReadonlyMap<string, number>): string {
  if (typeof step === 'string') return byte(OPCODES[step])
  if (typeof step !== 'object') {
    const value = valueOf(step)
    return `${byte(PUSH1 + value.length / 2 - 1)}${value}`
  }
  if ('place' in step) return ''
  const place = places.get(step.push)
  if (place === undefined || place > 0xff_ff) throw new Error(`The code has no place ${step.push} that can be pushed.`)
  return `${byte(PUSH2)}${place.toString(16).padStart(4, '0')}`
}

/** In whole bytes, one at least: PUSH0 is younger than some chains. */
function valueOf(value: number | bigint): string {
  const digits = value.toString(16)
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

const byte = (value: number): string => value.toString(16).padStart(2, '0')
