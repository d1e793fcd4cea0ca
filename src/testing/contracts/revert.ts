/** A contract error, with name and arguments in the form of `decodeRevert`. `no reason` has no arguments. */
export type ContractFailure = { name: string; args: Readonly<Record<string, unknown>> }

/** A revert: it undoes all writes of the transaction. */
export class Revert extends Error implements ContractFailure {
  override readonly name: string
  readonly args: Readonly<Record<string, unknown>>

  constructor(name: string, args: Readonly<Record<string, unknown>> = {}) {
    super(name)
    this.name = name
    this.args = args
  }
}
