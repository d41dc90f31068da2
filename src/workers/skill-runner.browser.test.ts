import { expect, it } from 'vitest'
import type { ProgramRun } from '../node/skill/runner.ts'
import { builtInSkills } from '../node/skill/skills.ts'
import { samples } from '../node/skill/samples.ts'
import { runnerConformance } from '../node/skill/testing/runner-conformance.ts'
import { createBrowserRunner } from './skill-runner.ts'

runnerConformance(createBrowserRunner)

it('does a built-in skill’s work from inside another worker, as the peer worker asks for it', async () => {
  const skill = builtInSkills[0]!
  const { goal, files } = samples[0]!
  const run: ProgramRun = { source: await skill.source(), input: { goal, files }, limits: skill.capability.limits, time: 0 }
  const outer = new Worker(new URL('./testing/nested-run.ts', import.meta.url), { type: 'module' })
  try {
    const heard: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      outer.onerror = () => reject(new Error('the outer worker could not be loaded'))
      outer.onmessage = ({ data }: MessageEvent<{ note?: string }>) => {
        heard.push(data)
        if (data.note === undefined) resolve()
      }
      outer.postMessage(run)
    })
    expect(heard[0]).toEqual({ note: 'Looking at the columns' })
    expect(heard.at(-1)).toEqual({
      summary: expect.stringContaining('takings over time: highest in 2025-03-23') as string
    })
  } finally {
    outer.terminate()
  }
})
