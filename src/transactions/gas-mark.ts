/** Gas limits differ by less than this much gas between the lanes of a wallet. */
const GAS_MARKS = 1_024

/**
 * A number from 0 to 1,023 that a lane adds to its gas limits. Two machines with one key that decide the same thing would sign the same
 * bytes otherwise: both would find the one receipt, and both would count the payment as their own. Unused gas costs nothing.
 */
export function randomGasMark(): number {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1))
  return random % GAS_MARKS
}
