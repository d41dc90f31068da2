import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['dist/', 'node_modules/', 'test-results/', 'playwright-report/', 'shots/', '.starling/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // the reason of an AbortSignal is whatever was given
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true }
      ],
      // what implements an asynchronous interface is async, so that it never throws at once
      '@typescript-eslint/require-await': 'off',
      // factories return closures: their methods have no `this` to lose
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error'
    }
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended]
  },
  // the node tells what happens by events and values: it runs where nobody reads a console
  { files: ['src/node/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['**/*.test.{ts,tsx}', 'e2e/**/*.ts'],
    rules: {
      // values that a test knows to be there
      '@typescript-eslint/no-non-null-assertion': 'off'
    }
  },
  // Playwright reads from the pattern which fixtures are wanted, and `{}` says none
  { files: ['e2e/**/*.ts'], rules: { 'no-empty-pattern': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        AbortController: 'readonly', AbortSignal: 'readonly', Buffer: 'readonly', URL: 'readonly',
        clearTimeout: 'readonly', console: 'readonly', fetch: 'readonly', performance: 'readonly',
        process: 'readonly', setTimeout: 'readonly'
      }
    }
  },
  {
    // programs that run in the sandbox: `run` is what they are called by
    files: ['src/node/skill/programs/**/*.js'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^run$' }] }
  }
)
