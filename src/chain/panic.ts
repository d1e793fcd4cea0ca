/** The causes of Solidity's `Panic(uint256)`, by its code. */
const CAUSES: Readonly<Record<string, string>> = {
  0x00: 'a compiler check failed',
  0x01: 'an assertion failed',
  0x11: 'an arithmetic operation overflowed or underflowed',
  0x12: 'division by zero',
  0x21: 'a value is outside of its enum',
  0x22: 'a storage byte array is encoded wrongly',
  0x31: 'pop of an empty array',
  0x32: 'an array index is out of bounds',
  0x41: 'too much memory was allocated',
  0x51: 'an uninitialised function was called',
}

/** The arguments of a panic: its code, and its cause in words. */
export function panicArgs(code: bigint): { code: bigint; reason: string } {
  return { code, reason: CAUSES[String(code)] ?? 'unknown to Solidity' }
}
