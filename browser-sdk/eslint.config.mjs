import js from '@eslint/js';
import globals from 'globals';

const RULES = {
  curly: ['error', 'multi-line'],
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-shadow': 'error',
  'no-throw-literal': 'error',
  'no-unused-vars': ['error', { varsIgnorePattern: '^_', caughtErrors: 'all' }],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
};

export default [
  { ignores: ['lib/', 'build/', 'coverage/'] },
  js.configs.recommended,
  { files: ['**/*.mjs'], languageOptions: { ecmaVersion: 2024, globals: globals.node }, rules: RULES },
  // What runs in pages, and wherever else a request can be sent.
  { files: ['**/*.js'], languageOptions: { sourceType: 'module', ecmaVersion: 2024, globals: globals.browser }, rules: RULES },
  // Tests hand functions to the page, which has these.
  {
    files: ['test/*.mjs'],
    rules: { 'no-shadow': 'off' }, // such a function has its own names
    languageOptions: { globals: { ...globals.browser, sdk: false, read: false, edge: false, make: false, failure: false, mem: false } },
  },
];
