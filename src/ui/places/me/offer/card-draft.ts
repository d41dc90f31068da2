/** From what a card says of a skill to what is written in the form of a new offer. Pure. */
import type { CardCapability } from '../../../../node/client.ts'
import type { OfferDraft } from '../../../state/offer-drafts.ts'
import { cleanLine, cleanText } from '../../../text/clean.ts'
import { wholeKinds } from './file-kinds.ts'
import { emptyOffer, termsDraft, topicDraft } from './offer-input.ts'

/**
 * A draft of an offer that is like a card's. Without a program: a card names one at most, and it is its author's. Without limits, too,
 * which are of that program.
 */
export function cardDraft(skill: CardCapability): OfferDraft {
  const { outputModes, input, output } = skill
  return {
    ...emptyOffer,
    name: cleanLine(skill.name),
    description: cleanText(skill.description).trim(),
    tags: distinctLines(skill.tags),
    examples: distinctLines(skill.examples).join('\n'),
    topic: topicDraft(skill.topic),
    takes: wholeKinds(distinctLines(skill.inputModes)),
    terms: termsDraft(skill.terms),
    unasked: {
      ...(outputModes.length === 0 ? {} : { outputModes: distinctLines(outputModes) }),
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output })
    }
  }
}

/** A stranger's words, as they can stand in a field of the form. */
function distinctLines(words: readonly string[]): string[] {
  return [...new Set(words.map(cleanLine))].filter((word) => word !== '')
}
