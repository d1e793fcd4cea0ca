export { createVisualizer, type Visualizer, type VisualizerOptions } from './visualizer.ts'
export type { Handler } from './handler.ts'
export type { HistoryLimits } from './history.ts'
export type * from './protocol.ts'
