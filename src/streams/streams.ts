/** All that needs rxjs at run time, in one place to be loaded when a broker is made. */
export { createPlans } from './plans.ts'
export { createPositions } from './positions.ts'
export { createTopic } from './topic.ts'
