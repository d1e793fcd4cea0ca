/** An error of the contracts, by its name and its arguments as `decodeRevert` gives them. `no reason` has none. */
export type ContractFailure = { name: string; args: Readonly<Record<string, unknown>> }

/** A contract takes back everything that the transaction did so far. */
export class Revert extends Error implements ContractFailure {
  override readonly name: string
  readonly args: Readonly<Record<string, unknown>>

  constructor(name: string, args: Readonly<Record<string, unknown>> = {}) {
    super(name)
    this.name = name
    this.args = args
  }
}
