import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runnerConformance } from '../src/node/skill/testing/runner-conformance.ts'
import { createNodeRunner } from './skill-runner.ts'
import { buildSkillWorker } from './testing/build-skill-worker.ts'

let built: Awaited<ReturnType<typeof buildSkillWorker>>

beforeAll(async () => {
  built = await buildSkillWorker()
}, 60_000)
afterAll(() => built.remove())

runnerConformance(() => createNodeRunner({ worker: built.worker }))

describe('a runner whose worker is not there', () => {
  it('says so', async () => {
    const runner = createNodeRunner({ worker: new URL('./nothing-here.mjs', import.meta.url) })
    const run = {
      source: '',
      input: { goal: '', files: [] },
      limits: { ms: 1000, memoryBytes: 1e6, inputBytes: 0, outputBytes: 1000 },
      time: 0
    }
    await expect(
      runner.run(run, { signal: new AbortController().signal, onProgress: () => undefined })
    ).rejects.toMatchObject({
      failure: 'broken'
    })
  })
})
