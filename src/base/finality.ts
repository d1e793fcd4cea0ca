/** Blocks on top of a block after which a reorganisation, or a node that lags, is taken to have no other in its place. */
export const FINALITY_DEPTH = 12
