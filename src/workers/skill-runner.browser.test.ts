import { runnerConformance } from '../node/skill/testing/runner-conformance.ts'
import { createBrowserRunner } from './skill-runner.ts'

runnerConformance(createBrowserRunner)
