/**
 * How the centroids of the sentence model's codebook are made, for `npm run codebook`: where the sentence model puts the fields of codebook 1, each at
 * the same leaf. So a leaf means the same whichever model made a sketch, and nodes with different models meet in its shards.
 */
import type { CodebookData } from '../../codebook.ts'
import { buildCodebook, type Area } from '../../codebook-1/build.ts'
import type { Embedder } from '../../embedder.ts'
import { SENTENCE_MODEL } from '../model.ts'
import { sentenceBits } from '../sketch.ts'
import { placeOffer } from '../space.ts'
import { mean } from '../../vectors.ts'

/** Wide enough that a request shares a leaf with seven of ten that serve it; a text has 3 leaves on average. */
const MARGIN_BITS = 12
/** Words of a field that are embedded together. */
const WORDS_TOGETHER = 7

/**
 * @param areas the fields, and words of each
 * @param declarations what somebody offers or wants in each field, by its name
 */
export async function buildSentenceCodebook(
  embedder: Embedder,
  areas: readonly Area[],
  declarations: Readonly<Record<string, readonly string[]>>
): Promise<CodebookData> {
  const { data, fields } = buildCodebook(areas)
  const words = new Map(areas.flatMap((area) => Object.entries(area.fields)))
  const centroids: number[] = []
  for (const field of fields) {
    const declared = await embedder.embed(declarations[field] ?? [])
    const named = await embedder.embed(inGroups((words.get(field) ?? '').split(' ')))
    // sentences are few, and nearer to what is declared than lists of words are
    centroids.push(...sentenceBits(placeOffer([mean(declared), mean(named)])))
  }
  return {
    model: SENTENCE_MODEL,
    version: 1,
    leafBits: data.leafBits,
    marginBits: MARGIN_BITS,
    centroids: btoa(String.fromCharCode(...centroids))
  }
}

function inGroups(words: readonly string[]): string[] {
  const groups: string[] = []
  for (let at = 0; at < words.length; at += WORDS_TOGETHER) groups.push(words.slice(at, at + WORDS_TOGETHER).join(' '))
  return groups
}
