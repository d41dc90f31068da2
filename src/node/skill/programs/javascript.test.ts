import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../../schema/result.ts'
import { builtInSkills } from '../skills.ts'
import { programRun, runHere, runSkill } from '../testing/run-program.ts'

let source = ''
beforeAll(async () => {
  source = await builtInSkills.find(({ capability }) => capability.id === 'javascript')!.source()
})

const file = (name: string, text: string, type = '') => ({ name, type, text })
const people = file('people.csv', 'name,age,member\nAda,36,yes\nBob,,no\n"C, D",7.5,yes\n')

/** Runs `code` over files. */
const ask = (code: string, ...data: Array<ReturnType<typeof file>>) =>
  runSkill(source, { goal: 'Run my function', files: [...data, file('function.js', code)] })

const kinds = (result: Result) => result.parts.map(({ kind }) => kind)
const part = <K extends Result['parts'][number]['kind']>(result: Result, kind: K) => {
  const found = result.parts.find((one) => one.kind === kind)
  if (found === undefined) throw new Error(`no ${kind} in ${kinds(result).join()}`)
  return found as Extract<Result['parts'][number], { kind: K }>
}

describe('the function', () => {
  it.each([
    ['an arrow', '(rows) => rows.length'],
    ['an arrow with comments', '// counts\n(rows) => rows.length // so many\n'],
    ['an expression', '(function (rows) { return rows.length });'],
    ['a declaration', 'function count(rows) {\n  return rows.length\n}\n'],
    ['an asynchronous one', 'async function count(rows) { return rows.length }'],
    ['a constant', 'const count = (rows) => rows.length'],
    [
      'the last of several',
      'const half = 0.5\nfunction twice(x) { return 2 * x }\nfunction count(rows) { return twice(rows.length) * half }'
    ],
    ['the one named run', 'function run(rows) { return size(rows) }\nfunction size(rows) { return rows.length }'],
    ['a default export', 'export default function (rows) { return rows.length }'],
    [
      'a named default export',
      'export default function count(rows) { return size(rows) }\nfunction size(rows) { return rows.length }'
    ],
    ['a named export', 'export const count = (rows) => rows.length\nexport { count as default }'],
    ['module.exports', 'module.exports = (rows) => rows.length'],
    ['exports.run', 'exports.run = (rows) => rows.length'],
    ['strict code with a mark', '\ufeff"use strict"\nfunction count(rows) { return rows.length }'],
    [
      'one that is called like the program’s own',
      'const csv = 1; const source = 2\nfunction present(rows) { return rows.length * csv }'
    ]
  ])('may be %s', async (_, code) => {
    expect((await ask(code, people)).summary).toBe('function.js returned 3.')
  })

  it.each([
    'Run (rows) => rows.length over my data',
    'Please count: rows => rows.length',
    'Count them:\n```js\nfunction count(rows) {\n  return rows.length\n}\n```\nThank you.',
    'function count(rows) { return rows.length }',
    'async (rows) => { return rows.length }'
  ])('may stand in the goal: %s', async (goal) => {
    expect((await runSkill(source, { goal, files: [people] })).summary).toBe('Your function returned 3.')
  })

  it('gets what the files hold', async () => {
    const all = [
      people,
      file('a.json', '\ufeff{"x":[1,2]}'),
      file('b', '[1]', 'application/json; charset=utf-8'),
      file('c.ndjson', '{"n":1}\n\n{"n":2}\n'),
      file('d.txt', '  as it is\n'),
      file('e.tsv', 'k\tv\nx\t"1.5"\n')
    ]
    const result = await ask('(files) => ({ all: files })', ...all)
    expect(JSON.parse(part(result, 'json').json)).toEqual({
      all: {
        'people.csv': [
          { name: 'Ada', age: 36, member: true },
          { name: 'Bob', age: null, member: false },
          { name: 'C, D', age: 7.5, member: true }
        ],
        'a.json': { x: [1, 2] },
        b: [1],
        'c.ndjson': [{ n: 1 }, { n: 2 }],
        'd.txt': '  as it is\n',
        'e.tsv': [{ k: 'x', v: 1.5 }]
      }
    })
  })

  it('gets the goal and reports progress', async () => {
    const notes: string[] = []
    const code = '(data, { goal, progress }) => { progress(0.5, "half"); return goal }'
    let clock = 0
    const result = await runHere(
      programRun(source, { input: { goal: 'say it', files: [file('function.js', code)] } }),
      {
        now: () => (clock += 101) / 10,
        onProgress: (_, note) => notes.push(note)
      }
    )
    expect(result.summary).toContain('say it')
    expect(notes.length).toBeGreaterThan(0)
  })

  it.each([
    ['none', undefined, 'There is no function to run'],
    ['an empty one', '  \n', 'function.js is empty'],
    ['a value', '1 + 2', 'defines no function'],
    ['an import', 'import fs from "fs"\nexport default () => 1', 'loads other modules'],
    ['a require', 'const fs = require("fs")\nmodule.exports = () => 1', 'loads other modules'],
    [
      'a slip in the syntax',
      'function f(rows) {\n  const x = ;\n  return x\n}',
      'function.js, line 2: SyntaxError: unexpected token'
    ],
    ['a slip in an arrow', '(rows) =>\n  rows.map((row) => row.age))', 'function.js, line 2: SyntaxError'],
    [
      'one that throws',
      'function f(rows) {\n\n  return rows.none.age\n}',
      "function.js, line 3: TypeError: cannot read property 'age' of undefined — return rows.none.age"
    ],
    [
      'one that throws later',
      'async function f(rows) {\n  await null\n  throw new RangeError("too far")\n}',
      'function.js, line 3: RangeError: too far'
    ],
    [
      'one that throws at once',
      'const x = y\nfunction f() {}',
      "function.js, line 1: ReferenceError: 'y' is not defined"
    ],
    ['one that throws a string', '() => { throw "words" }', 'function.js threw "words"'],
    ['one that logs and throws', '() => { console.log("got here"); null.x }', 'Last logged: got here'],
    ['one that returns a circle', '() => { const a = []; a.push(a, {}); return a }', 'circular']
  ])('says what is wrong with %s', async (_, code, words) => {
    const files = code === undefined ? [people] : [file('function.js', code), people]
    await expect(runSkill(source, { goal: 'Run it', files })).rejects.toThrow(words)
  })

  it('says what is wrong with the data', async () => {
    await expect(ask('(x) => x', file('a.json', '{\n"a": }'))).rejects.toThrow('a.json is not valid JSON')
    await expect(ask('(x) => x', file('a.jsonl', '{}\n{'))).rejects.toThrow('a.jsonl, line 2 is not valid JSON')
    await expect(ask('(rows) => rows.length')).rejects.toThrow('It expects data')
    await expect(
      runSkill(source, { goal: '', files: [file('x.ts', 'export default (a: number) => a')] })
    ).rejects.toThrow('not plain JavaScript')
  })
})

describe('what it returns', () => {
  it('is a table, and a chart when there are names and numbers', async () => {
    const result = await ask('(rows) => rows', people)
    expect(result.summary).toBe('function.js returned a table of 3 rows and 3 columns.')
    expect(part(result, 'table')).toMatchObject({
      columns: ['name', 'age', 'member'],
      rows: [
        ['Ada', 36, true],
        ['Bob', null, false],
        ['C, D', 7.5, true]
      ]
    })
    expect(part(result, 'chart')).toMatchObject({
      chart: 'bar',
      labels: ['Ada', 'Bob', 'C, D'],
      series: [{ name: 'age', values: [36, null, 7.5] }]
    })
  })

  it('is a line over dates', async () => {
    const code = '() => ["2024-01-01", "2024-01-02", "2024-01-03"].map((day, i) => ({ day, n: i }))'
    expect(part(await ask(code), 'chart').chart).toBe('line')
  })

  it.each<[string, string, string[], string]>([
    ['{ labels, values }', '({ labels: ["a", "b"], values: [1, 2] })', ['chart', 'table'], '2 points'],
    [
      'series',
      '({ labels: [1, 2], series: [{ name: "x", values: [1, 2] }, { name: "y", values: [3, null] }] })',
      ['chart', 'table'],
      '2 points in 2 series'
    ],
    ['numbers', '[3, 1, 2]', ['chart', 'table'], '3 numbers'],
    ['a typed array', 'new Float64Array([1, 2])', ['chart', 'table'], '2 numbers'],
    ['rows', '[["a", "n"], ["x", 1], ["y", 2]]', ['chart', 'table'], 'a table of 2 rows and 2 columns'],
    ['names', '["x", "y"]', ['list'], 'a list of 2 items'],
    ['a set', 'new Set(["x"])', ['list'], 'a list of 1 item'],
    ['a flat object', '({ a: 1, b: 2 })', ['chart', 'table'], 'a: 1, b: 2'],
    ['a map', 'new Map([["a", 1], ["b", "x"]])', ['table'], 'a: 1, b: x'],
    [
      'counts by group',
      'Object.fromEntries("abcdefgh".split("").map((k, i) => [k, i]))',
      ['chart', 'table'],
      'an object with 8 values'
    ],
    ['a tree', '({ a: { b: [1, { c: 2 }] } })', ['json'], 'an object with 1 value'],
    ['an empty list', '[]', ['json'], 'an empty list'],
    ['a text', '"hello"', ['text'], '“hello”'],
    ['a long text', '"hello\\n".repeat(100)', ['text'], 'a text of 600 characters'],
    ['a number', '0.1 + 0.2', ['text'], '0.30000000000000004'],
    ['not a number', 'NaN', ['text'], 'NaN'],
    ['a big number', '2n ** 70n', ['text'], '1180591620717411303424n'],
    ['a date', 'new Date(0)', ['text'], '1970-01-01T00:00:00.000Z'],
    ['no', 'false', ['text'], 'false'],
    ['null', 'null', ['text'], 'null'],
    ['nothing', 'undefined', [], 'returned nothing'],
    ['a function', '(() => 1)', [], 'returned nothing'],
    [
      'odd things',
      '[{ a: NaN, b: 1n, c: Symbol("s"), d: new Date(NaN), e: undefined, f: () => 1 }]',
      ['table'],
      'a table of 1 row and 6 columns'
    ]
  ])('is shown as what it is: %s', async (_, expression, parts, words) => {
    const result = await ask(`() => ${expression}`)
    expect(kinds(result)).toEqual(parts)
    expect(result.summary).toContain(words)
  })

  it('may come from a generator', async () => {
    expect((await ask('function* f() { yield "a"; yield "b" }')).summary).toContain('a list of 2 items')
    expect((await ask('async function* f() { yield "a"; yield "b" }')).summary).toContain('a list of 2 items')
  })

  it.each([
    ['rows', 'Array.from({ length: 20000 }, (_, i) => ({ i, text: "x".repeat(500) }))', 'The first'],
    ['columns', '[Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ["c" + i, i]))]', undefined],
    ['numbers', 'Array.from({ length: 50000 }, (_, i) => i)', undefined],
    ['items', 'Array.from({ length: 5000 }, (_, i) => "item " + i)', 'The first 1,000 of 5,000 items'],
    ['nested data', '({ all: Array.from({ length: 50000 }, (_, i) => [{ i }, "some text"]) })', 'The first 100,000'],
    ['text', '"x".repeat(3e6)', undefined],
    ['one cell', '[{ a: "x".repeat(3e6) }]', undefined],
    ['names of columns', '[{ ["k".repeat(5000)]: 1 }]', undefined]
  ])('is cut when it is too much, and says so: %s', async (_, expression, title) => {
    const result = await ask(`() => ${expression}`)
    if (title !== undefined) expect(result.parts.some((one) => one.title?.startsWith(title))).toBe(true)
  })

  it('comes with what was logged', async () => {
    const result = await ask(
      '() => { console.log("a", 1, { b: [2] }); console.warn(undefined); console.error(new Error("no")); return 1 }'
    )
    expect(result.parts.at(-1)).toEqual({
      kind: 'text',
      title: 'Log',
      text: 'a 1 {"b":[2]}\nWarning: undefined\nError: Error: no'
    })
    const flood = await ask('() => { for (let i = 0; i < 5000; i++) console.log("x".repeat(5000)) }')
    expect(flood.summary).toBe('function.js returned nothing, but logged 5,000 lines.')
    expect(part(flood, 'text').text.length).toBeLessThan(200_000)
  })

  it('is shown whatever JSON it is, by property', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), async (value) => {
        const result = await ask('(x) => x', file('x.json', JSON.stringify(value)))
        expect(result.summary).toMatch(/^function\.js returned /)
        expect(result.parts.length).toBeGreaterThan(0)
      }),
      { numRuns: 120 }
    )
  })
})
