import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { createComposition, type Composition, type Typed } from './composition.ts'
import { mediaType } from './media-types.ts'

let composition: Composition
beforeEach(() => {
  composition = createComposition()
})

const typed = (inputModes: string[], outputModes: string[], schemas: Pick<Typed, 'input' | 'output'> = {}): Typed => ({
  inputModes,
  outputModes,
  ...schemas
})
/** `csv>json`: who takes CSV and gives JSON. */
function add(...ids: string[]): void {
  for (const id of ids) {
    const [input = '', output = ''] = id.replace(/ .*/, '').split('>').map((ending) => `.${ending}`)
    composition.set(id, typed([input], [output]))
  }
}
const ids = (links: ReadonlyArray<{ id: string }>) => links.map(({ id }) => id)
const number = { type: 'number' }
const text = { type: 'string' }

describe('media types', () => {
  test.for<[string, string[], string[], boolean]>([
    ['an ending is its type', ['.csv'], ['text/csv'], true],
    ['letters and parameters do not matter', ['Text/CSV; header=present'], ['text/csv'], true],
    ['one of several', ['.png', '.csv'], ['.pdf', '.csv'], true],
    ['none of several', ['.png', '.csv'], ['.pdf', '.json'], false],
    ['all of a kind is taken', ['.csv'], ['text/*'], true],
    ['all of another kind is taken', ['.csv'], ['image/*'], false],
    ['anything is taken', ['.xyz'], ['*/*'], true],
    ['anything of a kind may come', ['text/*'], ['.csv'], true],
    ['anything may come', ['*/*'], ['.xyz'], true],
    ['an ending that nobody knows', ['.xyz'], ['.xyz'], true],
    ['JSON by another name', ['application/geo+json'], ['.json'], true],
    ['not just any JSON', ['.json'], ['application/geo+json'], false],
    ['nothing is said', [], ['*/*'], false],
    ['no type', ['csv', ''], ['csv', ''], false]
  ])('%s: %j feeds %j: %s', ([, output, input, meet]) => {
    composition.set('a', typed([], output))
    composition.set('b', typed(input, []))
    expect(composition.feeds('a')).toEqual(meet ? [{ id: 'b', by: 'modes' }] : [])
    expect(composition.fedBy('b')).toEqual(meet ? [{ id: 'a', by: 'modes' }] : [])
  })
})

describe('schemas', () => {
  test.for<[string, Pick<Typed, 'output'>, Pick<Typed, 'input'>, string | null]>([
    ['that fit', { output: { const: 1 } }, { input: number }, 'schema'],
    ['that may not fit', { output: number }, { input: { const: 1 } }, 'modes'],
    ['that contradict each other', { output: text }, { input: number }, null],
    ['of which there is only one', { output: text }, {}, 'modes']
  ])('%s', ([, output, input, by]) => {
    composition.set('a', typed([], ['.json'], output))
    composition.set('b', typed(['application/json'], [], input))
    expect(composition.feeds('a')).toEqual(by === null ? [] : [{ id: 'b', by }])
    expect(composition.fedBy('b')).toEqual(by === null ? [] : [{ id: 'a', by }])
  })

  test('speak of JSON, whether or not the modes do', () => {
    composition.set('a', typed([], ['.csv'], { output: number }))
    composition.set('b', typed(['.png'], [], { input: number }))
    composition.set('c', typed(['.json'], []))
    expect(composition.feeds('a')).toEqual([{ id: 'b', by: 'schema' }, { id: 'c', by: 'modes' }])
  })
})

describe('links', () => {
  test('the surest come first, then the closest, then those that were there before', () => {
    composition.set('from', typed([], ['.json', 'text/*'], { output: number }))
    composition.set('guess', typed(['.csv'], []))
    composition.set('wide', typed(['application/*'], []))
    composition.set('exact', typed(['.json'], []))
    composition.set('wide schema', typed(['*/*'], [], { input: {} }))
    composition.set('other', typed(['.json', '.png'], []))
    composition.set('schema', typed(['.json'], [], { input: number }))
    composition.set('contrary', typed(['.json'], [], { input: text }))
    expect(ids(composition.feeds('from'))).toEqual(['wide schema', 'schema', 'exact', 'other', 'wide', 'guess'])
  })

  test('many that are alike do not crowd out others; what is the same feeds the same, but not itself', () => {
    for (let i = 0; i < 100; i++) add(`csv>csv ${i}`)
    composition.set('other', typed(['.csv', '.tsv'], []))
    expect(ids(composition.feeds('csv>csv 0', 3))).toEqual(['other', 'csv>csv 1', 'csv>csv 2'])
    expect(composition.feeds('csv>csv 0', 1000)).toHaveLength(64)
    expect(ids(composition.fedBy('csv>csv 99', 1000))).not.toContain('csv>csv 99')
  })

  test('are what was set last, and gone with what is deleted', () => {
    add('csv>json', 'json>pdf')
    composition.set('csv>json', typed(['.csv'], ['.png']))
    expect(composition.feeds('csv>json')).toEqual([])
    composition.set('csv>json', typed(['.csv'], ['.json'], { output: number }))
    composition.set('other', typed([], ['.json'], { output: number }))
    expect(composition.size).toBe(3)
    expect(ids(composition.fedBy('json>pdf'))).toEqual(['csv>json', 'other'])
    composition.delete('csv>json')
    composition.delete('nobody')
    expect(ids(composition.fedBy('json>pdf'))).toEqual(['other'])
    composition.delete('json>pdf')
    expect(composition.feeds('other')).toEqual([])
    expect(composition.feeds('csv>json')).toEqual([])
    expect(composition.size).toBe(1)
  })

  test('are those that one finds by looking at each pair, whatever was set and deleted before', () => {
    const mode = fc.constantFrom('.csv', 'text/markdown', 'text/*', '.json', 'application/*', '*/*', '.xyz', '?')
    const modes = fc.uniqueArray(mode, { maxLength: 3 })
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.option(fc.tuple(modes, modes)))), (changes) => {
        const index = createComposition()
        const kept = new Map<string, Typed>()
        for (const [one, ports] of changes) {
          if (ports === null) {
            index.delete(one)
            kept.delete(one)
          } else {
            index.set(one, typed(...ports))
            kept.set(one, typed(...ports))
          }
        }
        for (const [one, { inputModes, outputModes }] of kept) {
          const others = [...kept].filter(([other]) => other !== one)
          const taking = others.filter(([, other]) => meet(outputModes, other.inputModes))
          const giving = others.filter(([, other]) => meet(other.outputModes, inputModes))
          expect(ids(index.feeds(one)).sort()).toEqual(taking.map(([other]) => other).sort())
          expect(ids(index.fedBy(one)).sort()).toEqual(giving.map(([other]) => other).sort())
        }
      }),
      { seed: 5, numRuns: 300 }
    )
  })
})

/** Whether something could be in both. */
function meet(as: readonly string[], bs: readonly string[]): boolean {
  const isIn = (type: string, range: string): boolean =>
    range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)))
  const types = (modes: readonly string[]): string[] => modes.map(mediaType).filter((type) => type !== null)
  return types(as).some((a) => types(bs).some((b) => isIn(a, b) || isIn(b, a)))
}

describe('chains', () => {
  const chains = (from: string[], to: string[], options = {}) =>
    composition.chains({ from: { modes: from }, to: { modes: to } }, options).map((chain) => chain.ids.join(' '))

  test('the shortest first, and none that begins with more than it needs', () => {
    add('csv>json', 'json>pdf', 'json>html', 'html>pdf', 'csv>csv', 'csv>xml', 'xml>pdf', 'pdf>png')
    expect(chains(['.csv'], ['.json'])).toEqual(['csv>json'])
    expect(chains(['.csv'], ['.pdf'])).toEqual(['csv>json json>pdf', 'csv>xml xml>pdf', 'csv>json json>html html>pdf'])
    expect(chains(['.csv'], ['.pdf'], { limit: 1 })).toEqual(['csv>json json>pdf'])
    expect(chains(['.csv'], ['.pdf'], { maxLength: 2 })).toHaveLength(2)
    expect(chains(['.csv'], ['.png'], { maxLength: 2 })).toEqual([])
    expect(chains(['.png'], ['.csv'])).toEqual([])
    expect(chains([], ['.csv'])).toEqual([])
  })

  test('from files, by their types or endings', () => {
    add('csv>json', 'json>pdf')
    const from = (file: { name: string; type?: string }) =>
      composition.chains({ from: { files: [file] }, to: { modes: ['.pdf'] } }).map((chain) => chain.ids)
    expect(from({ name: 'a.csv' })).toEqual([['csv>json', 'json>pdf']])
    expect(from({ name: 'a', type: 'application/json' })).toEqual([['json>pdf']])
    expect(from({ name: 'a.bin' })).toEqual([])
  })

  test('with schemas: the surer before the others, those that fail on the way not at all, and a detour to be sure', () => {
    composition.set('numbers', typed(['.csv'], ['.json'], { output: { type: 'array', items: number } }))
    composition.set('mean', typed(['.json'], ['.json'], { input: { type: 'array', items: number }, output: number }))
    composition.set('words', typed(['.json'], ['.json'], { input: { type: 'array', items: text, minItems: 1 }, output: number }))
    composition.set('length', typed(['.json'], ['.json'], { input: text, output: number }))
    composition.set('any', typed(['.json'], ['.json']))
    expect(composition.chains({ from: { modes: ['.csv'] }, to: { schema: number } })).toEqual([
      { ids: ['numbers', 'mean'], by: 'modes' },
      { ids: ['numbers', 'any'], by: 'modes' },
      { ids: ['numbers', 'any', 'words'], by: 'modes' },
      { ids: ['numbers', 'any', 'length'], by: 'modes' }
    ])
    const sure = composition.chains({ from: { schema: { const: [1] } }, to: { schema: { type: 'number' } } }, { limit: 1 })
    expect(sure).toEqual([{ ids: ['mean'], by: 'schema' }])
  })

  test('through those who are the same: other ways first, then others on the same', () => {
    add('csv>json 1', 'csv>json 2', 'json>pdf 1', 'json>pdf 2', 'csv>xml', 'xml>pdf')
    expect(chains(['.csv'], ['.pdf'])).toEqual([
      'csv>json 1 json>pdf 1',
      'csv>xml xml>pdf',
      'csv>json 2 json>pdf 1',
      'csv>json 1 json>pdf 2',
      'csv>json 2 json>pdf 2'
    ])
  })

  test('one who says that it takes and gives anything does not hide those who say what they do', () => {
    for (let i = 0; i < 500; i++) composition.set(`liar ${i}`, typed(['*/*', 'text/*', `.${i}`], ['*/*', 'text/*', `.${i}`]))
    add('csv>json', 'json>html', 'html>pdf')
    expect(chains(['.csv'], ['.pdf'], { limit: 3 })).toEqual(['csv>json json>html html>pdf', 'liar 0', 'liar 1'])
    expect(ids(composition.feeds('csv>json', 2))).toEqual(['json>html', 'liar 0'])
  })

  test('go in no circle, and are chains: each takes what the one before it gives', () => {
    const modes = fc.uniqueArray(fc.constantFrom('.csv', '.md', 'text/*', '.json', '*/*'), { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(fc.array(fc.tuple(modes, modes), { maxLength: 12 }), modes, modes, (some, from, to) => {
        const index = createComposition()
        some.forEach((ports, i) => index.set(`${i}`, typed(...ports)))
        const found = index.chains({ from: { modes: from }, to: { modes: to } }, { maxLength: 3, limit: 64 })
        expect(new Set(found.map((chain) => chain.ids.join())).size).toBe(found.length)
        for (const chain of found) {
          expect(new Set(chain.ids).size).toBe(chain.ids.length)
          const ports = [from, ...chain.ids.flatMap((id) => some[Number(id)]!), to]
          for (let i = 0; i < ports.length; i += 2) expect(meet(ports[i]!, ports[i + 1]!)).toBe(true)
        }
        const direct = some.some(([input, output]) => meet(from, input) && meet(output, to))
        expect(found.some((chain) => chain.ids.length === 1)).toBe(direct)
      }),
      { seed: 6, numRuns: 300 }
    )
  })
})

test('ten thousand, many of whom claim everything with schemas made to take long', () => {
  const kinds = Array.from({ length: 200 }, (_, i) => `application/x-kind-${i}`)
  const claims = ['*/*', ...Array.from({ length: 23 }, (_, i) => `application/x-kind-${i}`)]
  for (let i = 0; i < 2000; i++) {
    const slow = { anyOf: Array.from({ length: 12 }, (_, part) => ({ required: [`${i}`], properties: { a: { enum: [part, 'x'] } } })) }
    composition.set(`hostile ${i}`, typed(claims, claims, { input: slow, output: slow }))
  }
  for (let i = 0; i < 8000; i++) {
    const [input = '', output = ''] = [kinds[i % 200], kinds[(i + 1 + Math.floor(i / 200)) % 200]]
    composition.set(`honest ${i}`, typed([input], [output]))
  }
  expect(composition.size).toBe(10_000)
  const next = composition.feeds('honest 100')
  expect(next).toHaveLength(64)
  expect(next[0]).toEqual({ id: 'honest 101', by: 'modes' })
  expect(composition.fedBy('honest 101')[0]).toEqual({ id: 'honest 100', by: 'modes' })
  expect(composition.feeds('hostile 0').length).toBeLessThanOrEqual(64)
  const chain = composition.chains({ from: { modes: ['application/x-kind-50'] }, to: { modes: ['application/x-kind-150'] } })
  expect(chain).toHaveLength(8)
  for (const { ids: some } of chain) expect(some.every((id) => id.startsWith('honest'))).toBe(true)
  for (let i = 0; i < 10_000; i++) composition.delete(i < 2000 ? `hostile ${i}` : `honest ${i - 2000}`)
  expect(composition.size).toBe(0)
  expect(composition.chains({ from: { modes: ['*/*'] }, to: { modes: ['*/*'] } })).toEqual([])
})
