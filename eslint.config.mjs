// Lint holds the direction of imports and the purity of the core; formatting is prettier's.
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each part may import of ours. A part that is not listed under a name may not be imported by it. */
const MAY_IMPORT = {
  'libs/contracts': [],
  'libs/engine': ['contracts'],
  'libs/sharding': ['contracts', 'engine'],
  'libs/jetstream': ['contracts', 'engine', 'sharding'],
  'libs/postgres': ['contracts', 'engine', 'sharding'],
  'libs/config': ['contracts'],
  'libs/observability': ['contracts', 'config'],
  'libs/embedded': ['contracts'],
  'libs/traffic': ['contracts'],
  'services/ingest': ['contracts', 'sharding', 'jetstream', 'config', 'observability'],
  'services/detector': ['contracts', 'engine', 'sharding', 'jetstream', 'config', 'observability'],
  'services/recorder': ['contracts', 'sharding', 'jetstream', 'postgres', 'config', 'observability'],
  stack: ['contracts', 'jetstream', 'postgres', 'config', 'observability', 'embedded', 'traffic'],
  cli: ['contracts', 'jetstream', 'postgres', 'config', 'embedded', 'traffic'],
};

const LIBS = [
  'contracts',
  'engine',
  'sharding',
  'jetstream',
  'postgres',
  'config',
  'observability',
  'embedded',
  'traffic',
  'testing',
];

/** Parts whose behaviour is a function of their input alone. */
const PURE = ['libs/contracts', 'libs/engine', 'libs/sharding'];

/** Files that run beside a part, not in it: tests and measurements may use anything. */
const BESIDE = ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts', '**/bench/**', '**/test/**'];

const DRIVERS = [
  '@nestjs/*',
  '@nats-io/*',
  'pg',
  'kafkajs',
  'pino*',
  'prom-client',
  'fastify',
  'rxjs',
  'rxjs/*',
];

function importRules(part, allowed) {
  const forbidden = LIBS.filter((lib) => !allowed.includes(lib) && `libs/${lib}` !== part);
  const patterns = [
    {
      group: forbidden.map((lib) => `#${lib}`),
      message: `${part} may import only: ${allowed.join(', ') || 'nothing of ours'}`,
    },
    {
      regex: '(^|/)(services|libs|cli|stack)/',
      message: 'Reach another part by its "#name", never by a path.',
    },
    { regex: '^(\\.\\./){3,}', message: 'A path may not leave its part: use "#name".' },
  ];
  if (PURE.includes(part)) {
    patterns.push({ regex: '^node:', message: `${part} is pure: no Node.js modules.` });
    patterns.push({ group: DRIVERS, message: `${part} is pure: no framework and no driver.` });
  }
  return patterns;
}

const PURITY = {
  'no-restricted-globals': [
    'error',
    'Buffer',
    'process',
    'performance',
    'setTimeout',
    'setInterval',
    'fetch',
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'The log is the only clock.' },
    { object: 'Math', property: 'random', message: 'Nothing is random here.' },
    { object: 'crypto', property: 'randomUUID', message: 'Nothing is random here.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.vigil/**', '.toolchain/**', 'coverage/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
    },
  },
  ...Object.entries(MAY_IMPORT).map(([part, allowed]) => ({
    files: [`${part}/**/*.ts`],
    ignores: BESIDE,
    rules: {
      'no-restricted-imports': ['error', { patterns: importRules(part, allowed) }],
      ...(PURE.includes(part) ? PURITY : {}),
    },
  })),
  {
    // A test describes many cases in one block, and services are injected by their class.
    files: BESIDE,
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    files: ['services/**/*.ts', 'libs/observability/**/*.ts', 'libs/jetstream/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { files: ['**/*.mjs'], rules: { 'max-lines-per-function': ['error', 80] } },
  prettier,
);
