import { describe, expect, it } from 'vitest'
import { digest, toHex } from '../crypto/hash.ts'
import { encode, parse } from '../schema/codec.ts'
import { capability } from '../schema/declaration.ts'
import { MAX_BODY_BYTES } from '../schema/header.ts'
import { acceptsFile } from '../semantic/composition/accepts.ts'
import { createHybridMatcher } from '../semantic/hybrid.ts'
import { systemClock } from '../support/clock.ts'
import { samples } from './samples.ts'
import { builtInSkills } from './skills.ts'
import { programRun, runHere } from './testing/run-program.ts'

const skills = builtInSkills

describe('built-in skills', () => {
  it('are declared by the schema, small enough for a log entry, under the hash of their source', async () => {
    expect(skills.map((skill) => skill.capability.id)).toEqual(['csv-statistics', 'key-points', 'javascript'])
    for (const skill of skills) {
      expect(parse(skill.capability, capability)).toEqual(skill.capability)
      expect(encode(skill.capability).length).toBeLessThan(MAX_BODY_BYTES / 8)
      expect(skill.capability.program).toBe(toHex(await digest(new TextEncoder().encode(await skill.source()))))
    }
  })

  it.each([
    ['average price by city from my spreadsheet', 'csv-statistics'],
    ['plot the sales per month', 'csv-statistics'],
    ['mean and standard deviation of every column', 'csv-statistics'],
    ['summarise this article', 'key-points'],
    ['what are the main ideas of this report', 'key-points'],
    ['tl;dr of a long document', 'key-points'],
    ['Zusammenfassung dieses Textes', 'key-points'],
    ['run my javascript function over json', 'javascript'],
    ['execute a script on my data', 'javascript'],
    ['apply this code to the attached json', 'javascript']
  ])('are found by words: “%s”', async (words, id) => {
    const matcher = createHybridMatcher({ clock: systemClock, embedder: null, report: () => undefined })
    for (const skill of skills) matcher.add(skill.capability.id, skill.capability)
    expect((await matcher.search(words, 3))[0]?.id).toBe(id)
  })
})

describe('samples', () => {
  it.each(samples.map((sample) => [sample.skill, sample] as const))('of %s work', async (id, { goal, files }) => {
    const skill = skills.find((one) => one.capability.id === id)!
    for (const file of files) expect(acceptsFile(skill.capability.inputModes, file)).toBe(true)
    const result = await runHere(programRun(await skill.source(), { input: { goal, files }, limits: skill.capability.limits }))
    expect(result.parts.length).toBeGreaterThanOrEqual(3)
    expect(result.summary).toMatch(
      /takings over time: highest in|5 key points from library\.md|a table of 6 rows and 4 columns/
    )
  })
})
