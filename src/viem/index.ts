export { providerOf } from './provider-of.ts'
export { signerOf, type ReadSide } from './signer-of.ts'
