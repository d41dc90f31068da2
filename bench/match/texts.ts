/** What `npm run lora` trains with, as word pieces: the seed topics and the training set; and the tuning set, which judges. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sentenceFile } from '../../headless/sentence-model.ts'
import { TOKENIZER, TOPOLOGY, WEIGHTS } from '../../src/node/semantic/sentences/files.ts'
import type { Capability } from '../../src/node/schema/declaration.ts'
import { offerTexts } from '../../src/node/semantic/sentences/space.ts'
import { createWordPieces, type Vocabulary } from '../../src/node/semantic/sentences/word-pieces.ts'
import { readTopics } from './seed-topics.ts'
import { loadSet, type MatchSet } from './set.ts'

/** Longer texts are cut: few are, and training takes the square of it. */
const MAX_PIECES = 128

/** Word pieces of a text. */
type Pieces = readonly number[]

export interface Texts {
  /** topics, each with its competences */
  topics: Array<Array<{ requests: Pieces[]; offers: Pieces[]; words: Pieces }>>
  /** fields, each with what is offered and asked for in it */
  training: Field[]
  tuning: Field[]
}

interface Field {
  /** `bare`: as if it had no examples */
  offers: Array<{ id: string; pieces: Pieces[]; bare: Pieces[] }>
  requests: Array<{ text: Pieces; serves: string[] }>
}

/** The files of the model, for a program that is not ours. */
export const modelFiles = { topology: sentenceFile(TOPOLOGY), weights: sentenceFile(WEIGHTS) }

/** @param root the project's folder */
export function textsOf(root: string): Texts {
  const { model } = JSON.parse(readFileSync(sentenceFile(TOKENIZER), 'utf8')) as { model: { vocab: Vocabulary } }
  const wordPieces = createWordPieces(model.vocab)
  const encode = (text: string): Pieces => wordPieces.encode(text, MAX_PIECES)

  const piecesOf = (capability: Capability): Pieces[] => offerTexts(capability).map(encode)

  const fieldsOf = ({ offers, requests }: MatchSet): Field[] =>
    [...new Set(offers.map(({ field }) => field))].map((name) => ({
      offers: offers
        .filter(({ field }) => field === name)
        .map(({ id, capability }) => ({ id, pieces: piecesOf(capability), bare: piecesOf({ ...capability, examples: [] }) })),
      requests: requests
        .filter(({ field }) => field === name)
        .map(({ text, serves, traps }) => ({ text: encode(text), serves: [...serves, ...traps] }))
    }))

  return {
    topics: readTopics(join(root, 'src', 'node', 'semantic', 'topics')).map(({ competences }) =>
      competences.map(({ requests, offers, words }) => ({
        requests: requests.map(encode),
        offers: offers.map(encode),
        words: encode(words.join(', '))
      }))
    ),
    training: fieldsOf(loadSet(join(root, 'bench', 'match', 'training'))),
    tuning: fieldsOf(loadSet(join(root, 'bench', 'match', 'tuning')))
  }
}
