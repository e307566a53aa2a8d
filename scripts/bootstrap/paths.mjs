import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder; spaces and other characters in its path are taken as they are. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What these scripts fetch for themselves; safe to delete. */
export const TOOLCHAIN = path.join(ROOT, '.toolchain');

export const inRoot = (...parts) => path.join(ROOT, ...parts);
