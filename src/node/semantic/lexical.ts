/**
 * A matcher by words: BM25 over name, tags, examples and description (MiniSearch), with prefixes and
 * small typing errors. Tags and examples weigh most: they are what people say when they ask.
 */
import MiniSearch from 'minisearch'
import type { Capability } from '../schema/declaration.ts'
import { stopWords } from './common-words.ts'
import type { Matcher } from './matcher.ts'

/** Longer queries are cut: the rest of a pasted text says little more about what is wanted. */
const MAX_QUERY_CHARS = 600

const tokenize = MiniSearch.getDefault('tokenize') as (text: string) => string[]

function processTerm(term: string): string | null {
  const word = term.toLowerCase().normalize('NFKC')
  return word.length < 2 || stopWords.has(word) ? null : word
}

/** The different words of a query that say anything. */
function termsOf(text: string): string[] {
  return [...new Set(tokenize(text).flatMap((term) => processTerm(term) ?? []))]
}

interface Document {
  id: string
  name: string
  tags: string
  examples: string
  description: string
}

/** @returns an empty matcher */
export function createLexicalMatcher(): Matcher {
  const index = new MiniSearch<Document>({
    fields: ['name', 'tags', 'examples', 'description'],
    processTerm,
    searchOptions: {
      boost: { tags: 3, name: 2.5, examples: 1.5, description: 1 },
      prefix: (term) => term.length >= 4,
      fuzzy: (term) => (term.length >= 5 ? 0.2 : false),
      maxFuzzy: 2,
      weights: { fuzzy: 0.4, prefix: 0.6 }
    }
  })

  return {
    add(id: string, capability: Capability) {
      if (index.has(id)) index.discard(id)
      index.add({
        id,
        name: capability.name,
        tags: capability.tags.join(' '),
        examples: capability.examples.join(' '),
        description: capability.description
      })
    },

    remove(id: string) {
      if (index.has(id)) index.discard(id)
    },

    search(text: string, limit: number) {
      const query = text.slice(0, MAX_QUERY_CHARS)
      const found = index.search(query).slice(0, limit)
      const best = found[0]?.score ?? 1
      const asked = Math.max(...found.map(({ queryTerms }) => queryTerms.length), termsOf(query).length)
      return Promise.resolve(
        found.map(({ id, score, terms, queryTerms }) => ({
          id: id as string,
          // among these, and by how much of what was asked is there at all: a lone common word is a weak match
          score: (score / best) * Math.sqrt(queryTerms.length / asked),
          terms: [...new Set(terms)]
        }))
      )
    }
  }
}
