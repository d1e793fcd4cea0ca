/**
 * Terms under which a top-up sends exactly what is missing to the trigger, 2 OG by default: for tests whose subject is not
 * how large a top-up is.
 */
export const EXACT = { target: 2, minTopUp: 0n } as const
