export { SeededRandom } from './random.js';
export { toCsvLine, type GeneratedEvent } from './generated-event.js';
export type { AccountDraw } from './population.js';
export { TrafficGenerator, type TrafficOptions } from './traffic-generator.js';
export { SAMPLE_LINES, SAMPLE_STORIES, type SampleStory } from './sample-lines.js';
