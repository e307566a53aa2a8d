import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The directory of an installed npm package, found as Node.js does: the nearest `node_modules` upwards of this
 * file that holds it. `null` if there is none. Works for packages that export no file at all.
 */
export function installedPackage(name: string): string | null {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(directory, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    const parent = path.dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}
