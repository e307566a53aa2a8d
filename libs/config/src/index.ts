/**
 * Settings of services, read from the environment.
 *
 *   const options = { port: option.port.withDefault('VIGIL_HTTP_PORT', 7480, 'Port of …'), … };
 *   const config = readConfig(options, process.env); // { readonly port: number, … } or a ConfigError
 */
import { byteSize, choice, duration, flag, integer, port, secret, text, url } from './kinds.js';

export { describe, type OptionRow } from './describe.js';
export { redactUrl } from './kinds.js';
export type { ConfigOf, Option, OptionFactory, Options, ValueKind } from './option.js';
export { ConfigError, readConfig, type ConfigProblem, type Environment } from './read-config.js';
export { detectionOptions, httpOptions, logOptions, natsOptions } from './service-options.js';

/** The kinds of option: each gives `.withDefault(env, value, text)`, `.required(env, text)`, `.optional(env, text)`. */
export const option = {
  duration: duration(),
  durationBetween: duration,
  byteSize: byteSize(),
  byteSizeBetween: byteSize,
  integer: integer(),
  integerBetween: integer,
  port,
  flag,
  text,
  secret,
  choice,
  url,
} as const;
