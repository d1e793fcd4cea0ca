/** A statechart, drawn with room for people's words, and once more for the names in code, which are longer. */
export type Chart = Drawing & {
  /** Id of the machine: `subAccount`, `autoFunding`, `transaction`, … */
  id: string
  /** The title on the page: `sub-account`. */
  title: string
  named: Drawing
}

/** Coordinates count from the upper left corner; sizes in CSS pixels. */
export type Drawing = {
  width: number
  height: number
  /** An outer state comes before the states inside it. */
  nodes: readonly ChartNode[]
  edges: readonly ChartEdge[]
}

export type ChartNode = {
  /** Unique in its chart: the path; for a `start` the path of its outer state, followed by `.start`. */
  id: string
  /** Path of the state in its machine: `refunding.locked`. Empty for a start at the top. */
  path: string
  /** The state's own name. */
  label: string
  /** `compound` has states inside; `start` is the dot from which an arrow leads to the initial state. */
  kind: 'state' | 'compound' | 'final' | 'start'
  /** Id of the compound state around it. */
  parent: string | null
  x: number
  y: number
  width: number
  height: number
}

export type ChartEdge = {
  /** Unique in its chart, and the same in every build: `funded|balance.low|low`; from a start: `start||none`. */
  id: string
  /** Ids of nodes. */
  source: string
  target: string
  /** The event's type; empty for the arrow from a start. */
  event: string
  /** The text on the arrow: the outcome of an invoked actor reads `topUp done`, a guard stands in brackets. */
  label: string
  /** From the border of the source to that of the target, at least two; the line goes through all of them. */
  points: readonly Point[]
  /** Upper left corner and size of the label; null without one. */
  labelAt: { x: number; y: number; width: number; height: number } | null
}

export type Point = { x: number; y: number }
