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

const NOT_OF_NODE = Object.fromEntries(Object.keys(globals.node).map((name) => [name, 'off']));

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
    files: ['**/explorer/static/*.js', '**/demos/browser/page/*.js'],
    languageOptions: { sourceType: 'module', globals: { ...NOT_OF_NODE, ...globals.browser } },
    rules: { strict: 'off' },
  },
  {
    files: ['**/cost/page/*.mjs'], // the cost calculator's page
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['**/lib/core/*.js'], // runs on every platform, which gives it what differs: lib/core/platform.js
    languageOptions: { globals: { ...NOT_OF_NODE, ...globals['shared-node-browser'], require: false, module: false } },
    rules: {
      'no-restricted-globals': ['error', 'Buffer', 'process', 'global', 'globalThis'],
      'no-restricted-syntax': [
        'error',
        { selector: String.raw`CallExpression[callee.name="require"]:not([arguments.0.value=/^\.\u002f[a-z-]+\.js$/])`, message: 'A room of the core asks rooms of the core.' },
        { selector: 'ImportExpression, ImportDeclaration', message: 'A room of the core asks rooms of the core, by require.' },
      ],
    },
  },
];
