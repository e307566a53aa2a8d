/** Rules from JSON, and back. */
import type { Rule, RuleVersion } from './rule.js';

export interface RuleProblem {
  readonly field: string;
  readonly value: string;
  readonly message: string;
}

export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(readonly problems: readonly RuleProblem[]) {
    super(problems.map((problem) => problem.message).join('; '));
  }
}

export declare function parseRule(json: unknown): Rule;
export declare function ruleToJson(rule: Rule): Record<string, unknown>;
export declare function parseRulesFile(text: string): Rule[];
export declare function encodeRuleVersion(version: RuleVersion): Uint8Array;
export declare function decodeRuleVersion(bytes: Uint8Array): RuleVersion;
