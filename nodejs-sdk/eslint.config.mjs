import js from '@eslint/js';
import globals from 'globals';

const RULES = {
  curly: ['error', 'multi-line'],
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-implicit-globals': 'error',
  'no-param-reassign': 'error',
  'no-return-assign': ['error', 'except-parens'],
  'no-shadow': 'error',
  'no-throw-literal': 'error',
  'no-unused-vars': ['error', { varsIgnorePattern: '^_', caughtErrors: 'all' }],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-template': 'off', // short sums of texts read better
  radix: 'off', // its default is ten
  strict: ['error', 'global'],
};

/** The browser SDK is built from these: they may use what every platform has, and nothing of Node. */
const PLATFORM_FREE = [
  'config',
  'envelope',
  'errors',
  'log',
  'names',
  'options',
  'did-you-mean',
  'value-reader',
  'value-writer',
].map((name) => `lib/${name}.js`);

export default [
  { ignores: ['lib/worker-source.js'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', ecmaVersion: 2024, globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: RULES,
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { ecmaVersion: 2024, globals: globals.node },
    rules: { ...RULES, strict: 'off' },
  },
  {
    files: ['**/explorer/static/*.js'],
    languageOptions: { sourceType: 'module', globals: { ...Object.fromEntries(Object.keys(globals.node).map((name) => [name, 'off'])), ...globals.browser } },
    rules: { strict: 'off' },
  },
  {
    files: ['**/cost/page/*.mjs'], // the cost calculator's page
    languageOptions: { globals: globals.browser },
  },
  {
    files: PLATFORM_FREE,
    languageOptions: { globals: { ...Object.fromEntries(Object.keys(globals.node).map((name) => [name, 'off'])), ...globals['shared-node-browser'], ...globals.commonjs } },
    rules: {
      'no-restricted-modules': ['error', { patterns: ['node:*'] }],
      'no-restricted-globals': ['error', 'Buffer', 'process', 'global'],
    },
  },
];
