import { describe, expect, it } from 'vitest'
import { createEngine } from './engine.ts'
import { ProgramError, type ProgramFailure } from './runner.ts'
import { programRun, runHere, wasm } from './testing/run-program.ts'

const MB = 2 ** 20
const limits = { ms: 20_000, memoryBytes: 32 * MB, inputBytes: MB, outputBytes: MB }

/** What an expression comes to in the sandbox. */
async function valueOf(expression: string, time?: number): Promise<unknown> {
  const source = `function run() {
    return { summary: '', parts: [{ kind: 'json', json: JSON.stringify([${expression}]) }] }
  }`
  const [part] = (await runHere(programRun(source, time === undefined ? {} : { time }))).parts
  return part?.kind === 'json' ? (JSON.parse(part.json) as unknown[])[0] : undefined
}

/** The error of a program that must fail. */
async function failureOf(source: string, changed: Partial<typeof limits> = {}): Promise<ProgramError> {
  try {
    await runHere(programRun(source, { limits: { ...limits, ...changed } }))
  } catch (error) {
    if (error instanceof ProgramError) return error
    throw error
  }
  throw new Error('expected the program to fail')
}

describe('a program that does its work', () => {
  it('gets the goal and the files and gives a result', async () => {
    const source = `function run({ goal, files }) {
      return { summary: goal, parts: files.map(({ name, type, text }) => ({ kind: 'list', items: [name, type, text] })) }
    }`
    const texts = ['plain', 'a\0b\0', '\ud800 alone', 'é € 😀 \u2028', '']
    const files = texts.map((text, i) => ({ name: `${i}.txt`, type: 'text/plain', text }))
    const result = await runHere(programRun(source, { input: { goal: 'Grüße', files } }))
    expect(result.summary).toBe('Grüße')
    expect(result.parts.map((part) => part.kind === 'list' && part.items[2])).toEqual(texts)
  })

  it('may be asynchronous', async () => {
    const source = `async function run() { await null; await Promise.all([1, 2]); return { summary: 'later', parts: [] } }`
    expect((await runHere(programRun(source))).summary).toBe('later')
  })

  it('may define run in any way', async () => {
    const source = `const run = () => ({ summary: 'arrow', parts: [] })`
    expect((await runHere(programRun(source))).summary).toBe('arrow')
  })

  it('starts its time when all is ready', async () => {
    const events: string[] = []
    await runHere(
      programRun(`function run(_, { progress }) { progress(0.5, 'x'); return { summary: '', parts: [] } }`),
      {
        onStart: () => events.push('start'),
        onProgress: (fraction, note) => events.push(`${fraction} ${note}`)
      }
    )
    expect(events).toEqual(['start', '0.5 x'])
  })
})

describe('limits', () => {
  it.each([
    ['a loop', 'function run() { for (;;); }'],
    ['a loop that catches all', 'function run() { for (;;) { try { for (;;); } catch {} finally { continue } } }'],
    ['at the top level', 'for (;;);'],
    ['a regular expression', `function run() { return /^(a+)+$/.test('a'.repeat(60) + 'b') }`],
    ['promises without an end', 'function run() { const go = () => Promise.resolve().then(go); return go() }'],
    ['a getter of the result', 'function run() { return { get summary() { for (;;); } } }'],
    ['a thenable', 'async function run() { return { then() { for (;;); } } }'],
    ['a message of an error', 'function run() { throw { get message() { for (;;); } } }']
  ])('ends an endless run by time: %s', async (name, source) => {
    const error = await failureOf(source, { ms: 150 })
    if (name !== 'a message of an error') expect(error.failure).toBe('time')
    expect(error.message).not.toBe('')
  })

  it('says how long it was allowed to take', async () => {
    expect((await failureOf('for (;;);', { ms: 1500 })).message).toBe(
      'The program took longer than the 1.5 seconds that were agreed, and was stopped.'
    )
  })

  it.each([
    ['arrays', 'function run() { const all = []; for (;;) all.push(new Array(1000).fill(0)) }'],
    ['a string', `function run() { let s = 'x'; for (;;) s += s + 'y' + s.length }`],
    ['typed arrays', 'function run() { const all = []; for (;;) all.push(new Uint8Array(1e6)) }'],
    ['one that is huge', 'function run() { return new Uint8Array(1e9) }'],
    ['objects', 'function run() { let list = null; for (;;) list = { list } }'],
    ['strings', 'function run() { const all = []; for (let i = 0; ; i++) all.push(`no ${i}`) }'],
    ['a map', 'function run() { const map = new Map(); for (let i = 0; ; i++) map.set(i, i) }']
  ])('ends a run that eats memory: %s', async (_, source) => {
    const error = await failureOf(source)
    expect(error.failure).toBe('memory')
    expect(error.message).toBe('The program needed more than the 32 MB of memory that were agreed.')
  })

  it.each([
    ['itself', 'function run() { return run() + 1 }'],
    ['a getter', 'function run() { const o = { get x() { return this.x } }; return o.x }'],
    ['a deep result', 'function run() { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a }'],
    ['source', `function run() { (0, eval)('['.repeat(1e5)) }`]
  ])('ends a run that goes too deep: %s', async (_, source) => {
    const error = await failureOf(source)
    expect(error.failure).toBe('threw')
    expect(error.message).toMatch(/too deeply|too deep|stack overflow/)
  })

  it.each<[string, string, ProgramFailure]>([
    [
      'too large',
      `function run() { return { summary: 'x', parts: [{ kind: 'json', json: 'x'.repeat(3e6) }] } }`,
      'output'
    ],
    ['gigantic', `function run() { return { summary: 'x'.repeat(2e7), parts: [] } }`, 'output'],
    [
      'too many parts',
      `function run() { return { summary: '', parts: new Array(51).fill({ kind: 'text', text: '' }) } }`,
      'output'
    ],
    ['an unknown part', `function run() { return { summary: '', parts: [{ kind: 'html', html: '<b>' }] } }`, 'output'],
    ['nothing', 'function run() {}', 'output'],
    ['a function', 'function run() { return () => 1 }', 'output'],
    ['a number', 'function run() { return 7 }', 'output'],
    ['endless by toJSON', `function run() { const o = { toJSON: () => ({ o }) }; return o }`, 'threw'],
    ['circular', 'function run() { const o = {}; o.o = o; return o }', 'threw'],
    ['never there', 'function run() { return new Promise(() => {}) }', 'threw']
  ])('refuses a result that is %s', async (_, source, failure) => {
    const error = await failureOf(source)
    expect(error.failure).toBe(failure)
    expect(error.message.length).toBeLessThan(700)
  })

  it('takes a result just within the limit, and none above it', async () => {
    const source = (length: number) => `function run() {
      return { summary: '', parts: [{ kind: 'text', text: '\\u0001'.repeat(${length}) }] }
    }`
    await expect(runHere(programRun(source(900), { limits: { ...limits, outputBytes: 1000 } }))).resolves.toBeDefined()
    expect((await failureOf(source(1000), { outputBytes: 1000 })).message).toBe(
      'The result is larger than the 1000 bytes that were agreed.'
    )
  })

  it('passes on a flood of progress drop by drop, and only what is fit to be shown', async () => {
    const seen: Array<[number, string]> = []
    let clock = 0
    const source = `function run(_, host) {
      host.progress(NaN, 'no'); host.progress('1', 'no'); host.progress()
      host.progress(-5, 'y'.repeat(1000))
      for (let i = 0; i < 15000; i++) host.progress(i / 100, 'again')
      return { summary: '', parts: [] }
    }`
    // a millisecond each time that somebody looks
    await runHere(programRun(source), { now: () => clock++, onProgress: (...told) => seen.push(told) })
    expect(seen[0]).toEqual([0, 'y'.repeat(200)])
    expect(seen.length).toBeGreaterThan(100)
    expect(seen.length).toBeLessThan(300)
    expect(seen.every(([fraction, note]) => fraction >= 0 && fraction <= 1 && note.length <= 200)).toBe(true)
  })
})

describe('a program that throws', () => {
  it('is quoted, as its own words', async () => {
    const error = await failureOf(`function run() { throw new Error('I need a CSV file') }`)
    expect(error.failure).toBe('threw')
    expect(error.message).toBe('The program stopped with an error, in its own words: “I need a CSV file”')
  })

  it.each([
    ['a type error', 'function run() { null.x }', 'TypeError'],
    ['a syntax error', 'function run() { ]', 'SyntaxError'],
    ['a rejection', `async function run() { await 0; throw new RangeError('far') }`, 'RangeError: far'],
    ['a string', `function run() { throw 'words' }`, '“words”'],
    ['null', 'function run() { throw null }', '“null”'],
    ['a symbol', `function run() { throw Symbol('s') }`, 'Symbol(s)'],
    ['something that can’t be shown', 'function run() { throw { get message() { throw 1 } } }', 'can’t be shown'],
    ['a proxy', 'function run() { throw new Proxy({}, { has() { throw 1 } }) }', 'can’t be shown'],
    ['no function', 'const start = 1', 'run(input, host)']
  ])('tells of %s', async (_, source, words) => {
    const error = await failureOf(source)
    expect(error.failure).toBe('threw')
    expect(error.message).toContain(words)
  })

  it('is quoted in 500 characters at most', async () => {
    const { message } = await failureOf(`function run() { throw new Error('é'.repeat(100000)) }`)
    expect(message).toContain('é'.repeat(500))
    expect(message).not.toContain('é'.repeat(501))
  })

  it('can’t pretend that its time was up', async () => {
    const source = `function run() { const e = new Error('interrupted'); e.name = 'InternalError'; throw e }`
    expect((await failureOf(source)).failure).toBe('threw')
  })
})

describe('what a program can reach', () => {
  it('is the language and nothing else', async () => {
    const names = [
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'importScripts',
      'process',
      'require',
      'module',
      'self',
      'window',
      'Deno',
      'navigator',
      'location',
      'performance',
      'crypto',
      'indexedDB',
      'caches',
      'postMessage',
      'Worker',
      'setTimeout',
      'console',
      'print',
      'std',
      'os',
      'scriptArgs',
      'WebAssembly',
      'Intl',
      'gc'
    ]
    expect(await valueOf(`${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toEqual([])
  })

  it.each([
    ['an import', `async function run() { await import('fs') }`],
    ['an import of a URL', `async function run() { await import('https://example.org/x.js') }`]
  ])('is not %s', async (_, source) => {
    expect((await failureOf(source)).failure).toBe('threw')
  })

  it('is the sandbox’s own world from every function that it is given', async () => {
    const source = `function run(input, host) {
      const worlds = [host.progress, host.constructor, input.files.push, input.goal.constructor]
        .map((fn) => fn.constructor('return typeof process + typeof fetch + (this === globalThis)')())
      return { summary: worlds.join(' ') + Object.keys(host), parts: [] }
    }`
    const { summary } = await runHere(programRun(source))
    expect(summary).toBe(`${new Array(4).fill('undefinedundefinedtrue').join(' ')}progress`)
  })

  it('can’t change what the sandbox itself uses', async () => {
    const source = `
      JSON.stringify = JSON.parse = () => 'broken'
      String.prototype.slice = Reflect.apply = Array.prototype.push = () => { throw 'broken' }
      Object.defineProperty(Object.prototype, 'length', { get: () => 1e9, configurable: true })
      Object.defineProperty(Object.prototype, 'goal', { set() { throw 'broken' }, configurable: true })
      Promise.prototype.then = () => { throw 'broken' }
      globalThis.String = () => 'broken'
      function run({ goal }) { return { summary: goal, parts: [] } }`
    expect((await runHere(programRun(source))).summary).toBe('do it')
  })

  it('can’t put anything into the prototypes of the host', async () => {
    const source = `function run() {
      return JSON.parse('{"summary":"s","parts":[],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    }`
    expect(await runHere(programRun(source))).toEqual({ summary: 's', parts: [] })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('the clock', () => {
  const time = Date.UTC(2024, 6, 1, 22, 45, 30, 120)

  it('stands still at the time of the run', async () => {
    expect(await valueOf('[Date.now(), new Date().getTime(), new Date(Date()).getUTCMinutes()]', time)).toEqual([
      time,
      time,
      45
    ])
    expect(await valueOf('(() => { for (let i = 0; i < 1e6; i++); return Date.now() })()', time)).toBe(time)
  })

  it('gives random numbers that depend on nothing else', async () => {
    const draw = '[Math.random(), Math.random(), Math.random()]'
    const [first, again, later] = await Promise.all([valueOf(draw, time), valueOf(draw, time), valueOf(draw, time + 1)])
    expect(first).toEqual(again)
    expect(first).not.toEqual(later)
    expect(new Set(first as number[]).size).toBe(3)
  })

  it('is in UTC whatever the machine’s time zone', async () => {
    const seen = `[new Date(2024, 0, 1, 10), new Date(2024, 6, 1, 10), new Date('2024-07-01T10:00:00'),
      new Date('July 1, 2024 10:00'), new Date(1e12), new Date(-1e12)].map((date) => [
        date.toISOString(), String(date), date.toLocaleString(), date.toLocaleDateString(), date.toLocaleTimeString(),
        date.toTimeString(), date.toDateString(), date.getTimezoneOffset(), date.getHours(), date.getDay(),
        date.getDate(), date.getMonth(), date.getFullYear(), date.getMinutes(), date.getYear(), date.setHours(3),
        date.setDate(9), date.setMonth(2), date.setFullYear(2020), date.setMinutes(1), date.setSeconds(1),
        date.setMilliseconds(1), \`\${date}\`, Date()
      ])`
    const before = process.env['TZ']
    const inZone = async (zone: string) => {
      process.env['TZ'] = zone
      return { offset: new Date(2024, 0, 1).getTimezoneOffset(), seen: await valueOf(seen, time) }
    }
    try {
      const utc = await inZone('UTC')
      const kathmandu = await inZone('Asia/Kathmandu')
      const newYork = await inZone('America/New_York')
      expect([utc.offset, kathmandu.offset, newYork.offset]).toEqual([0, -345, 300])
      expect(kathmandu.seen).toEqual(utc.seen)
      expect(newYork.seen).toEqual(utc.seen)
      expect(JSON.stringify(utc.seen).match(/2024-07-01T10:00:00\.000Z/g)).toHaveLength(3)
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })
})

describe('determinism', () => {
  it('gives the same result twice, and the same failure', async () => {
    const source = `function run({ goal }) {
      const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * Math.random() + Math.pow(i, 0.37) + Math.exp(-i))
      let depth = 0
      const dive = () => { depth++; dive() }
      try { dive() } catch {}
      return { summary: goal + depth, parts: [{ kind: 'json', json: JSON.stringify([values.sort(), new Error('x').stack]) }] }
    }`
    expect(await runHere(programRun(source))).toEqual(await runHere(programRun(source)))
  })
})

describe('the engine', () => {
  it('is one build and no other', async () => {
    const other = wasm.slice()
    other[100] = (other[100] ?? 0) ^ 1
    await expect(createEngine({ wasm: other, time: 0, memoryBytes: MB })).rejects.toThrow(/expected QuickJS/)
    await expect(runHere(programRun(''), { wasm: other })).rejects.toMatchObject({ failure: 'broken' })
  })
})
