import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPretrustReader, createRatingsReader, createTopicsReader, CsvError, type RatingList } from './csv.ts'
import { createNames } from './names.ts'

function ratingsOf(...pieces: string[]): { list: RatingList; rows: unknown[][] } {
  const [agents, topics] = [createNames(), createNames()]
  const reader = createRatingsReader(agents, topics)
  for (const piece of pieces) reader.push(piece)
  const list = reader.end()
  const rows = Array.from({ length: list.count }, (_, i) => [
    agents.name(list.from[i]!),
    agents.name(list.to[i]!),
    list.values[i],
    topics.name(list.topics[i]!),
    list.times[i]
  ])
  return { list, rows }
}

describe('ratings', () => {
  it('are found by their header, in any order and case', () => {
    expect(ratingsOf('from,to,value\na,b,0.5\n').rows).toEqual([['a', 'b', 0.5, '', 0]])
    expect(ratingsOf('Source,Target,Weight,Timestamp\n6,2,4,1289241912\n').rows).toEqual([['6', '2', 4, '', 1289241912]])
    expect(ratingsOf('time,Topic,VALUE,note,to,from\n7,law,-1,x,b,a').rows).toEqual([['a', 'b', -1, 'law', 7]])
  })

  it('may have other line ends, a byte order mark, quotes, blanks and empty lines', () => {
    const { rows } = ratingsOf('\uFEFFfrom , to,value\r\n\r\n"a, b" , "say ""c""",1\r\n  d,e , 2 \r\n\r\n')
    expect(rows).toEqual([['a, b', 'say "c"', 1, '', 0], ['d', 'e', 2, '', 0]])
  })

  it('are the same in whatever pieces they come', () => {
    const text = 'from,to,value,time\r\na,b,1,2\r\n"c,d",a,-0.5,3\r\nb,b,1,4'
    const whole = ratingsOf(text)
    expect(whole.list).toMatchObject({ count: 2, ofThemselves: 1, largestValue: 1, largestTime: 3, hasTopics: false })
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        expect(ratingsOf(...places.slice(1).map((end, i) => text.slice(places[i], end)))).toEqual(whole)
      }),
      { seed: 71, numRuns: 50 }
    )
  })

  it.each([
    ['', 'ratings: expected a header'],
    ['a,b,0.5\n', 'line 1: expected a header with a column "from" or "source"'],
    ['from,value\na,1\n', 'line 1: expected a header with a column "to" or "target"'],
    ['from,to,value\na,b\n', 'line 2: expected 3 fields as in the header, got 2'],
    ['from,to,value\na,b,1\na,b,much\n', 'line 3: expected value to be a number, got "much"'],
    ['from,to,value\na,b,\n', 'line 2: expected value to be a number, got ""'],
    ['from,to,value\na,b,Infinity\n', 'line 2: expected value to be a number, got "Infinity"'],
    ['from,to,value\n,b,1\n', 'line 2: expected from to be a name, got nothing'],
    ['from,to,value\n"a,b,1\n', 'line 2: expected quotes around a whole field'],
    ['from,to,value,time\na,b,1,noon\n', 'line 2: expected time to be a number, got "noon"']
  ])('say what is wrong with %j', (text, message) => {
    expect(() => ratingsOf(text)).toThrow(CsvError)
    expect(() => ratingsOf(text)).toThrow(message)
  })
})

describe('pre-trust and topics', () => {
  it('are read alike', () => {
    const [agents, topics] = [createNames(), createNames()]
    const pretrust = createPretrustReader(agents, topics)
    pretrust.push('peer,value,topic\nek,50,\nvm,100,law\nek,1,\n')
    expect([...pretrust.end()]).toEqual([[null, new Map([[0, 51]])], [0, new Map([[1, 100]])]])
    const likenesses = createTopicsReader(topics)
    likenesses.push('a,b,similarity\nlaw,tax,0.5\nlaw,law,1\n')
    expect(likenesses.end()).toEqual([{ a: 0, b: 1, similarity: 0.5 }])
  })

  it('say what is wrong', () => {
    const bad = (text: string) => () => {
      const reader = createPretrustReader(createNames(), createNames())
      reader.push(text)
      reader.end()
    }
    expect(bad('peer,value\na,-1\n')).toThrow('line 2: expected value to be 0 or more, got -1')
    expect(bad('peer,value\na,0\n')).toThrow('expected some value above 0')
    const reader = createTopicsReader(createNames())
    expect(() => reader.push('a,b,similarity\nx,y,2\n')).toThrow('line 2: expected similarity to be from 0 to 1, got 2')
  })
})
