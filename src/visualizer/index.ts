/**
 * A page that shows a running broker and its history.
 *
 * @module og-ledger/visualizer
 */

export { createVisualizer, type Visualizer } from './visualizer.ts'
export type { VisualizerOptions } from './visualizer-options.ts'
export { recordEntries, type RecordOptions } from './record.ts'
export type { Handler } from '../http/guest.ts'
export type { FetchHandler } from '../http/fetch-response.ts'
export type { HistoryLimits } from './history.ts'
export type * from './protocol.ts'
