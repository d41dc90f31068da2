import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../../schema/result.ts'
import { samples } from '../samples.ts'
import { builtInSkills } from '../skills.ts'
import { runSkill } from '../testing/run-program.ts'

let source = ''
beforeAll(async () => {
  source = await builtInSkills.find(({ capability }) => capability.id === 'key-points')!.source()
})

const ask = (text: string, goal = 'Key points of this text', name = 'text.txt') =>
  runSkill(source, { goal, files: [{ name, type: 'text/plain', text }] })

const list = (result: Result, title: string): string[] => {
  const found = result.parts.find((part) => part.title === title)
  return found?.kind === 'list' ? found.items : []
}
const points = (result: Result) => list(result, 'Key points')
const length = (result: Result): Record<string, unknown> => {
  const found = result.parts.find((part) => part.title === 'Length')
  if (found?.kind !== 'table') throw new Error('expected the length')
  return Object.fromEntries(found.columns.map((name, i) => [name, found.rows[0]?.[i]]))
}
const library = samples.find(({ skill }) => skill === 'key-points')!.files[0]!.text

/** The sentences that a text is split into: with so many points as there are sentences, nearly all are shown. */
const filler =
  'The committee has written a long report about the harbour and its bridges. Engineers measured every bridge in the harbour twice. ' +
  'Repairs of the oldest bridge will cost more than all the others together. Ships wait for hours because the bridge opens slowly. '

describe('key points', () => {
  it('are sentences of the text, word for word and in its order', async () => {
    const found = points(await ask(library))
    expect(found.length).toBeGreaterThanOrEqual(4)
    const places = found.map((point) => library.replace(/\s+/g, ' ').indexOf(point))
    expect(places.every((at) => at >= 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('are what the text is about, and not the aside', async () => {
    const aside = 'My cousin once bought a purple umbrella in Lisbon on a whim.'
    const text = `${filler}${aside} The bridge over the harbour must therefore be repaired before the winter. Without the repairs the harbour would have to close its bridges to heavy ships. A new bridge was considered, but repairs of the old bridge are cheaper. The committee asks the council to pay for the repairs of the bridge.`
    expect(points(await ask(text, '3 key points')).join(' ')).not.toContain('umbrella')
  })

  it('do not say the same twice', async () => {
    const twin = 'The old bridge in the harbour needs urgent and costly repairs this year.'
    const near = 'This year the old bridge in the harbour needs costly and urgent repairs.'
    const found = points(
      await ask(
        `${filler}${twin} ${near} ${twin} Trains to the coast run every hour in summer and are often full. The council meets in May to vote on the budget.`
      )
    )
    expect(found.filter((point) => point === twin || point === near).length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['the five key points', 5],
    ['Summarise this in 3 sentences', 3],
    ['two main ideas please', 2],
    ['Fasse den Text in vier Punkten zusammen', 4],
    ['Die drei wichtigsten Punkte', 3]
  ])('are as many as the goal says: “%s”', async (goal, count) => {
    expect(points(await ask(library, goal))).toHaveLength(count)
  })

  it('come from the goal when there is no file', async () => {
    const result = await runSkill(source, { goal: `Summarise this:\n${library}`, files: [] })
    expect(points(result).length).toBeGreaterThan(3)
    expect(points(result).join(' ')).not.toContain('Summarise')
  })

  it('come from each of several files', async () => {
    const result = await runSkill(source, {
      goal: 'Key points',
      files: [
        { name: 'a.txt', type: '', text: filler },
        { name: 'b.md', type: '', text: library }
      ]
    })
    expect(list(result, 'Key points: a.txt').length).toBeGreaterThan(1)
    expect(list(result, 'Key points: b.md').length).toBeGreaterThan(1)
  })
})

describe('sentences', () => {
  const sentences = async (text: string) => points(await ask(text, '30 sentences'))

  it('do not end at abbreviations, initials, decimals and ordinals', async () => {
    const text =
      'Dr. J. R. Smith of the U.S. Geological Survey measured 3.5 metres of ice near St. Moritz, i.e. more than in Jan. 2020. ' +
      'Mr. Brown vs. the city council was decided on appeal at 5 p.m. on a rainy Friday in November. ' +
      'Ice, snow, etc. covered the measuring station of the survey for eleven weeks of that winter. ' +
      'Measurements of the ice at the station were continued by Smith until the survey had ended.'
    expect(
      (await sentences(text)).every((one) => text.includes(one) && /(2020|November|winter|ended)\.$/.test(one))
    ).toBe(true)
  })

  it('do not end there in German either', async () => {
    const text =
      'Am 3. Oktober wurde das Werk z. B. von Dr. Anna Meier besichtigt, d. h. nur die neue Halle mit ihren Maschinen. ' +
      'Die Maschinen der Halle kosten ca. 1,2 Mio. Euro und laufen seit dem 2. Quartal ohne Störung im Werk. ' +
      '„Die Halle ist ein Erfolg für das Werk“, sagte Meier bei der Besichtigung der Maschinen vor Ort. ' +
      'Im Werk arbeiten nun mehr Menschen an den Maschinen als vor dem Bau der neuen Halle im Jahr 2020.'
    const result = await ask(text, '30 Sätze')
    expect(points(result).every((one) => /(Maschinen|Störung im Werk|vor Ort|2020)\.$/.test(one))).toBe(true)
    expect(length(result)).toMatchObject({ Sentences: 4, Language: 'German' })
  })

  it('are put together from wrapped lines and cut words', async () => {
    const wrapped = 'The committee has writ-\nten a long report about the\nharbour and its bridges.\n\n' + filler
    expect((await sentences(wrapped)).join(' ')).toContain(
      'The committee has written a long report about the harbour and its bridges.'
    )
  })

  it('leave markup, code and tables behind', async () => {
    const text = `---
title: hidden
---

# A **bold** title

The [harbour](https://example.org/x_y) has *many* old bridges and \`one\` new bridge that opens slowly.[^1]

\`\`\`js
const secret = 'the bridge of the harbour is code. It is not text. The harbour bridge code.'
\`\`\`

| bridge | harbour |
| --- | --- |
| cells of the bridge | in the harbour table |

Underlined heading
------------------

${filler}

- The first bridge of the harbour needs new paint before the summer begins.
- The second bridge of the harbour needs nothing at all for many years.
`
    const result = await ask(text, '30 points', 'a.md')
    const found = points(result).join('\n')
    expect(found).toContain('The harbour has many old bridges and one new bridge that opens slowly.')
    expect(found).not.toMatch(/secret|const|cells of|hidden|\*|`|\[|\|/)
    expect(list(result, 'Outline')).toEqual(['A bold title', '– Underlined heading'])
  })

  it('are found in a web page', async () => {
    const html = `<!DOCTYPE html><html><head><title>x</title><style>p { bridge: harbour }</style></head><body><nav>Home of the bridge and harbour</nav>
      <h1>Bridges &amp; ships</h1><p>${filler.replaceAll('harbour', '<b>harbour</b>')}</p><script>var bridge = "harbour"</script><p>Caf&eacute; owners near the harbour like the slow bridge &#8211; ships wait.</p></body></html>`
    const result = await ask(html, '30 points', 'page.html')
    expect(points(result).join('\n')).toContain('Café owners near the harbour like the slow bridge – ships wait.')
    expect(points(result).join('\n')).not.toMatch(/[<>]|var |Home of/)
  })
})

describe('the rest', () => {
  it('tells words, reading time, headings and phrases', async () => {
    const result = await ask(library, undefined, 'library.md')
    expect(length(result)).toMatchObject({ Words: 829, 'Reading time (minutes)': 4, Headings: 5, Language: 'English' })
    expect(list(result, 'Outline')).toEqual([
      'The library that stayed open',
      '– What was tried',
      '– What it cost',
      '– What came of it',
      '– What others can learn'
    ])
    expect(list(result, 'Key phrases').some((phrase) => phrase.startsWith('library ('))).toBe(true)
  })

  it.each([
    [
      'French',
      'Le comité a écrit un long rapport sur le port et ses ponts. Les ingénieurs ont mesuré tous les ponts du port. Les réparations du plus vieux pont coûteront plus que toutes les autres. Les navires attendent des heures parce que le pont s’ouvre lentement.'
    ],
    [
      'Spanish',
      'El comité ha escrito un largo informe sobre el puerto y sus puentes. Los ingenieros midieron todos los puentes del puerto. Las reparaciones del puente más viejo costarán más que todas las otras. Los barcos esperan horas porque el puente se abre muy despacio.'
    ],
    [
      'not known',
      'Komisja napisała długi raport o porcie i jego mostach. Inżynierowie zmierzyli każdy most w porcie. Naprawa najstarszego mostu będzie kosztować więcej niż wszystkie inne. Statki czekają godzinami, ponieważ most otwiera się powoli. Most w porcie wymaga naprawy przed zimą, inaczej port zostanie zamknięty.'
    ],
    [
      'not known',
      '委员会写了一份关于港口和桥梁的长篇报告。工程师测量了港口的每一座桥梁。最古老的桥梁的修理费用将超过所有其他桥梁的总和。由于桥梁打开缓慢，船只要等待数小时。港口的桥梁必须在冬季之前修理，否则港口将关闭。'
    ]
  ])('works in other languages: %s', async (language, text) => {
    const result = await ask(text)
    expect(points(result).length).toBeGreaterThan(1)
    expect(length(result)['Language']).toBe(language)
  })

  it.each([
    ['nothing', [], 'There is no text to read'],
    ['an empty file', [{ name: 'a.txt', type: '', text: ' \n ' }], 'a.txt is empty'],
    ['a few words', [{ name: 'a.txt', type: '', text: 'Just a few words.' }], 'a.txt has only 4 words'],
    ['numbers only', [{ name: 'a.txt', type: '', text: '1 2 3 4 5 6 7 8 9 '.repeat(20) }], 'no whole sentences']
  ])('says what to do about %s', async (_, files, words) => {
    await expect(runSkill(source, { goal: 'Key points', files })).rejects.toThrow(words)
  })

  it('gives a result or a message for people whatever comes, by property', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        filler,
        '. ',
        '! ',
        '? ',
        '\n\n',
        '\n',
        '# ',
        '- ',
        '```\n',
        '---\n',
        '"',
        '“',
        '<p>',
        '&amp;',
        '\0',
        '1. ',
        '|a|\n',
        '***',
        '💾',
        'z. B. ',
        'Dr. ',
        '。',
        '漢字'
      ),
      fc.lorem({ mode: 'sentences', maxCount: 3 }),
      fc.string({ unit: 'binary', maxLength: 12 })
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.string({ maxLength: 80 }), async (pieces, goal) => {
        const text = pieces.join('')
        try {
          const result = await ask(text, goal)
          expect(new Set(points(result)).size).toBe(points(result).length)
          expect(points(result).length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProgramError', failure: 'threw' })
          expect(String(error)).not.toMatch(/TypeError|ReferenceError|RangeError|undefined|NaN/)
        }
      }),
      { numRuns: 100 }
    )
  })

  it('reads a book within its limits', async () => {
    const { capability } = builtInSkills.find(({ capability: { id } }) => id === 'key-points')!
    const { runHere, programRun } = await import('../testing/run-program.ts')
    const syllables = 'ba ri do ke lu mo na pe su ti vo wa'.split(' ')
    const words = syllables.flatMap((a) => syllables.flatMap((b) => syllables.map((c) => a + b + c)))
    let seed = 1
    const next = (below: number) => (seed = (seed * 16807) % 2147483647) % below
    const text = Array.from(
      { length: 9000 },
      (_, i) => `The ${Array.from({ length: 12 }, () => words[next(words.length)]).join(' ')}.${i % 7 ? ' ' : '\n\n'}`
    ).join('')
    const result = await runHere(
      programRun(source, {
        input: { goal: 'Key points', files: [{ name: 'book.txt', type: '', text }] },
        limits: capability.limits
      })
    )
    expect(points(result)).toHaveLength(10)
  }, 120_000)
})
