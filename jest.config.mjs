// One configuration for every test: TypeScript through SWC, ES modules, "#lib" imports read from the sources.
const libs = 'contracts|engine|sharding|jetstream|postgres|config|observability|embedded|traffic|testing';

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    [`^#(${libs})$`]: '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.vigil/', '<rootDir>/.toolchain/'],
};

/** Unit tests (*.spec.ts) need nothing; integration (*.int-spec.ts) start servers; end-to-end (*.e2e-spec.ts) start the built services. */
export default {
  projects: [
    { ...base, displayName: 'unit', testMatch: ['**/*.spec.ts'] },
    { ...base, displayName: 'integration', testMatch: ['**/*.int-spec.ts'] },
    { ...base, displayName: 'e2e', testMatch: ['**/*.e2e-spec.ts'] },
  ],
  testTimeout: 30_000,
  reporters: ['default'],
};
