/** A statechart as it is drawn. All coordinates are from its upper left corner; sizes in CSS pixels. */
export type Chart = {
  /** The machine's: `subAccount`, `autoFunding`, `transaction`, … */
  id: string
  /** For people: `sub-account`. */
  title: string
  width: number
  height: number
  /** Outer states before those inside them. */
  nodes: readonly ChartNode[]
  edges: readonly ChartEdge[]
}

export type ChartNode = {
  /** Unique in its chart: the path, or for a `start` that of what it starts with `.start` at its end. */
  id: string
  /** Of the state in its machine: `refunding.locked`. Empty for a start at the top. */
  path: string
  /** The state's own name. */
  label: string
  /** `compound` has states inside; `start` is the dot from which an arrow leads to the state where it begins. */
  kind: 'state' | 'compound' | 'final' | 'start'
  /** Id of the compound state around it. */
  parent: string | null
  x: number
  y: number
  width: number
  height: number
}

export type ChartEdge = {
  /** Unique in its chart, and the same in every build: `funded|balance.low|low`. A start's: `start||none`. */
  id: string
  /** Ids of nodes. */
  source: string
  target: string
  /** The event's type; empty for the arrow from a start. */
  event: string
  /** For people: an outcome of what is invoked reads `topUp done`, a guard stands in brackets. */
  label: string
  /** From the source's border to the target's; at least two. To be drawn through all of them in turn. */
  points: readonly Point[]
  /** Upper left corner and size of the room that is kept for the label. Null without a label. */
  labelAt: { x: number; y: number; width: number; height: number } | null
}

export type Point = { x: number; y: number }
