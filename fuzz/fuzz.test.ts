import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../sim/random.ts'
import * as messages from '../src/node/schema/messages.ts'
import { readCbor, writeCbor } from './cbor.ts'
import { SLOW_MS, attempt, fuzz, processTime, type Target } from './fuzz.ts'
import { folderOf, readRegressions, saveRegression } from './regressions.ts'
import { spoilBytes } from './spoil-bytes.ts'
import { spoilCbor } from './spoil-cbor.ts'
import { readRecords, spoilRecords, writeRecords } from './spoil-records.ts'
import { targets } from './targets.ts'
import { examplesOf, schemasWithExamples } from './targets/wire.ts'

const seed = 20261124
const folder = fileURLToPath(new URL('./regressions', import.meta.url))
const examples = schemasWithExamples.flatMap(examplesOf)

describe('every decoder', () => {
  test('refuses spoilt bytes as it says, soon', async () => {
    const reports = await fuzz(targets, { inputs: 20_000, seed })
    const failures = reports
      .flatMap(({ failures }) => failures)
      .map(
        ({ target, message, number, bytes }) =>
          `${target}, input ${number}: ${message}: ${Buffer.from(bytes).toString('hex')}`
      )
    expect(failures, `seed ${seed}`).toEqual([])
    // what is never taken is not tried for what it does with it
    const never = reports.filter(({ inputs, taken }) => inputs > 200 && taken === 0)
    expect(never.map(({ target }) => target)).toEqual([])
  }, 120_000)

  test('has a target for each message, and for all that there are examples of', () => {
    const names = targets.map(({ name }) => name)
    const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '_zod' in value
    const schemas = Object.entries(messages).flatMap(([name, value]) => (isSchema(value) ? name : []))
    expect(schemas.length).toBeGreaterThan(5)
    expect([...schemas, ...schemasWithExamples].filter((name) => !names.includes(name))).toEqual([])
  })

  test('has a name of its own', () => {
    expect(new Set(targets.map(({ name }) => folderOf(name))).size).toBe(targets.length)
  })
})

describe('what once failed', () => {
  test.for(readRegressions(folder))('$folder: $name', async ({ folder, bytes }) => {
    const target = targets.find(({ name }) => folderOf(name) === folder)
    if (target === undefined) throw new RangeError(`expected a target called ${folder}`)
    expect((await attempt(target, bytes, processTime)).failure).toBe(null)
  })
})

describe('the fuzzer finds', () => {
  const given = Uint8Array.from({ length: 40 }, (_, i) => i)
  const broken = (read: Target['read']): Target => ({
    name: 'broken',
    make: (random) => spoilBytes(given, random, [given]),
    read,
    refuses: ['RangeError']
  })
  const report = async (target: Target, init = {}) => (await fuzz([target], { inputs: 3000, seed, ...init }))[0]!

  test('nothing in a decoder that refuses by the error it names, or by false', async () => {
    const fussy = broken((bytes) => {
      if (bytes.length > 40) throw new RangeError('expected less')
      return bytes.length === 40
    })
    const { failures, taken, inputs } = await report(fussy)
    expect(failures).toEqual([])
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(inputs)
  })

  const thrown = () => {
    throw new TypeError('oh')
  }
  test.for<[string, () => Promise<boolean>]>([
    ['thrown', thrown],
    ['rejected', async () => thrown()]
  ])('an error of another class that is %s, in the fewest bytes that make it', async ([, fail]) => {
    const { failures } = await report(broken((bytes) => (bytes.includes(200) ? fail() : true)))
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ kind: 'TypeError', seed, bytes: Uint8Array.of(200) })
    expect(failures[0]?.message).toContain('TypeError: oh at ')
  })

  test('what is no error', async () => {
    const noError: unknown = 'a text'
    const { failures } = await report(broken(() => Promise.reject(noError)))
    expect(failures[0]?.kind).toBe('no-error')
  })

  test('what takes long, but not what did so once', async () => {
    let time = 0
    let hiccups = 3
    const slow = broken((bytes) => {
      if (bytes.length > 300) time += SLOW_MS + 1
      else if (hiccups-- > 0) time += 1000
      return true
    })
    const clock = () => time
    const { failures } = await report(slow, { time: { now: clock, cpu: clock } })
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ kind: 'slow', message: 'took 51 ms at best' })
    expect(failures[0]?.bytes).toHaveLength(301)
  })

  test('nothing slow where others have used the time', async () => {
    let time = 0
    const delayed = broken(() => {
      time += SLOW_MS + 1
      return true
    })
    const { failures, slowestMs } = await report(delayed, { time: { now: () => time, cpu: () => 0 } })
    expect(failures).toEqual([])
    expect(slowestMs).toBe(0)
  })

  test('an answer that never comes', { timeout: 30_000 }, async () => {
    const silent = { ...broken(() => new Promise<boolean>(() => undefined)), make: () => new Uint8Array(0) }
    expect((await report(silent, { inputs: 1 })).failures).toMatchObject([{ kind: 'HangError' }])
  })

  test('memory that stays in use', async () => {
    let held = 0
    const leaky = broken((bytes) => {
      held += bytes.length * 1000
      return true
    })
    const { failures } = await report(leaky, { memory: () => held })
    expect(failures).toMatchObject([{ kind: 'memory' }])
  })

  test('the same with the same seed, and other things with another', async () => {
    const seen = async (seed: number) => {
      const inputs: string[] = []
      await fuzz([broken((bytes) => inputs.push(Buffer.from(bytes).toString('hex')) > 0)], { inputs: 50, seed })
      return inputs
    }
    expect(await seen(1)).toEqual(await seen(1))
    expect(await seen(1)).not.toEqual(await seen(2))
  })

  test('what it has saved', () => {
    const folder = mkdtempSync(join(tmpdir(), 'starling-fuzz-'))
    try {
      const failure = { target: 'a: b’s', kind: 'TypeError', message: '', seed, number: 1, bytes: given }
      expect(saveRegression(folder, failure)).toMatch(/a-b-s[/\\]typeerror-[0-9a-f]{8}\.hex$/)
      expect(saveRegression(folder, { ...failure, kind: 'memory' })).toBe(null)
      expect(readRegressions(folder)).toMatchObject([{ folder: 'a-b-s', bytes: Buffer.from(given) }])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('spoilt input', () => {
  const random = createRandom(seed)

  test('begins from what is written as it was read', () => {
    for (const bytes of examples) expect(Buffer.from(writeCbor(readCbor(bytes)))).toEqual(Buffer.from(bytes))
    const records = [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(300).fill(7)]
    expect(readRecords(writeRecords(records))).toEqual(records)
  })

  test.for<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['bytes', (bytes) => spoilBytes(bytes, random, examples)],
    ['CBOR', (bytes) => spoilCbor(bytes, random, examples)],
    ['records', (bytes) => spoilRecords(writeRecords([bytes, bytes]), random, [writeRecords([bytes])])]
  ])('of %s is mostly something else, and never too long', ([, spoil]) => {
    let same = 0
    for (let i = 0; i < 2000; i++) {
      const bytes = examples[i % examples.length]!
      const before = Buffer.from(bytes)
      const spoilt = spoil(bytes)
      expect(before.equals(bytes)).toBe(true)
      expect(spoilt.length).toBeLessThanOrEqual(256 * 1024)
      if (before.equals(spoilt)) same++
    }
    expect(same).toBeLessThan(200)
  })

  test('may be spoilt again and again', () => {
    let bytes = examples[0]!
    for (let i = 0; i < 2000; i++) {
      bytes = spoilCbor(bytes, random, examples)
      if (bytes.length > 10_000 || bytes.length === 0) bytes = examples[i % examples.length]!
    }
  })

  test('of CBOR is still CBOR half of the time', () => {
    let whole = 0
    for (let i = 0; i < 1000; i++) {
      try {
        readCbor(spoilCbor(examples[i % examples.length]!, random, examples))
        whole++
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }
    expect(whole).toBeGreaterThan(500)
  })
})
