/** The file of rules that a detector brings along. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRulesFile, type Rule, RuleError, ruleToJson } from '#contracts';

const SHIPPED = join('rules', 'shipped.json');

/** A rule of the file, with what tells whether it changed since it was imported. */
export interface FileRule {
  readonly rule: Rule;
  readonly hash: string;
}

/** The file cannot be used; a person has to set it right. */
export class RulesFileError extends Error {
  override readonly name = 'RulesFileError';
}

/** Reads the given file, or the shipped one. Throws `RulesFileError` that names the file and every problem. */
export async function readRulesFile(path: string | null): Promise<FileRule[]> {
  const file = path ?? shippedFile();
  try {
    const rules = parseRulesFile(await readFile(file, 'utf8'));
    return rules.map((rule) => ({ rule, hash: hashOf(rule) }));
  } catch (error) {
    if (error instanceof RuleError) {
      const problems = error.problems.map(({ message }) => message).join('; ');
      throw new RulesFileError(`The rules in ${file} (VIGIL_RULES_FILE) cannot be taken: ${problems}`);
    }
    throw new RulesFileError(
      `The rules file ${file} (VIGIL_RULES_FILE) cannot be read: ${(error as Error).message}`,
    );
  }
}

/** Of what the rule means, not of how it is written: order of keys and spaces do not make a change. */
function hashOf(rule: Rule): string {
  return createHash('sha256')
    .update(JSON.stringify(ruleToJson(rule)))
    .digest('hex')
    .slice(0, 32);
}

/** The sources and the built files lie at different depths below the project's folder. */
function shippedFile(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, SHIPPED);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) throw new RulesFileError(`There is no ${SHIPPED} beside this program`);
  }
}
