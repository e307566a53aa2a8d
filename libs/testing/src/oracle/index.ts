/** The brute-force evaluator, random histories, and the properties that hold an engine to them. */
export * from './history.js';
export * from './expected.js';
export { evaluate, Oracle, type ExpectedStep } from './oracle.js';
export { AGREEMENT, AGREEMENT_ON_MUCH, DETERMINISM, FRAME_CUTS, ORDER, type Property } from './properties.js';
export { describeFailure, runProperty, seedFrom, type Failure, type RunOptions } from './run-property.js';
export { describeHistory } from './describe-history.js';
export { recordRun, standingAlerts, type CreateFold, type RecordedStep } from './recorded-run.js';
export { EXAMPLES, exampleHistory, type ExampleOrder } from './contract-examples.js';
