/**
 * A copy of a text that was cut from a longer one. Engines keep the longer text for as long as a cut of it lives: a wallet's part
 * must not keep the answer about a hundred wallets.
 */
export const detach = (text: string): string => ` ${text}`.slice(1)
