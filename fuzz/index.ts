/** What `main.mjs` loads. */
export { fuzz } from './fuzz.ts'
export { saveRegression } from './regressions.ts'
export { targets } from './targets.ts'
