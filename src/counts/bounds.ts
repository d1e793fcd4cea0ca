/** Bounds of the histograms, in seconds. */
export const READING_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
export const CONFIRMATION_BOUNDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
export const JOURNAL_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
