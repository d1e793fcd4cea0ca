/** The most refunds that a contract keeps per sub-account: a private constant of both services, so it cannot be read. */
export const MAX_REFUNDS = 5
