/** Everything that needs rxjs at run time. The broker imports this module dynamically, because rxjs is slow to load. */
export { createPlans } from './plans.ts'
export { createPositions } from './positions.ts'
export { createTopic } from './topic.ts'
