/** That the example of a sketch, which other implementations build on, is what this one makes. */
import { expect, test } from 'vitest'
import { loadSentenceModel } from '../../../../headless/sentence-model.ts'
import { fromHex } from '../../crypto/hash.ts'
import { decode } from '../../schema/codec.ts'
import { capability } from '../../schema/declaration.ts'
import wire from '../../schema/fixtures/wire.json' with { type: 'json' }
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, headerTuple } from '../../schema/header.ts'
import { createSentenceCodebook } from '../codebook.ts'
import { hamming } from '../sketch.ts'
import { SENTENCE_MODEL } from './model.ts'
import { offerTexts, placeOffer } from './space.ts'
import { sentenceBits } from './sketch.ts'

/** A bit where the embedding is next to nothing may be another on another device. */
const ROUNDING_BITS = 2

const bytesOf = (name: string): Uint8Array => fromHex(wire.examples.find((one) => one.name === name)?.bytes ?? '')

test('a capability has the bits that the sentence model gives, and the leaves that the codebook does', async () => {
  const header = decode(bytesOf('header of a capability, with a sketch of the sentence model'), headerTuple, MAX_HEADER_BYTES)
  const sketch = header[10]
  if (sketch === null) throw new Error('expected a header with a sketch')
  const codebook = createSentenceCodebook()
  expect(sketch[0]).toBe(SENTENCE_MODEL)
  expect(codebook.fits(sketch)).toBe(true)
  const said = decode(bytesOf('capability body, with terms'), capability, MAX_BODY_BYTES)
  const embedder = await loadSentenceModel()
  const bits = sentenceBits(placeOffer(await embedder.embed(offerTexts(said))))
  expect(hamming(bits, sketch[1])).toBeLessThanOrEqual(ROUNDING_BITS)
})
