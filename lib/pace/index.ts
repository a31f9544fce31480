// The room's door.
export { LARGE_BYTES, measurePace, type PaceInput } from './measure.ts';
export { type Pace, type Rates, ratesOf, STATED, statedPace, type Trial, type Work } from './rates.ts';
