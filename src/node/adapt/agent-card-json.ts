/**
 * JSON that anybody may have written, as a value of bounded size, before its shape is looked at.
 */
import { InvalidBytesError, MAX_DEPTH } from '../schema/codec.ts'

/**
 * UTF-16 units of a card's text, and of what a value holds. Room for all that an agent can have declared at once
 * (`createDeclarations`), in characters that JSON writes with six.
 */
export const MAX_CARD_CHARACTERS = 8 * 1024 * 1024
/** Entries of a list: a JSON Schema has no longer one. For each entry that is wrong a schema finds something to say. */
const MAX_LIST = 2048

/**
 * A value within the bounds of a card.
 *
 * @param json a JSON value, or its text
 * @throws InvalidBytesError when it is no JSON, is larger than `MAX_CARD_CHARACTERS`, nests more than `MAX_DEPTH` levels, or has a
 * list of more than 2048 entries
 */
export function boundedJson(json: unknown): unknown {
  const value = typeof json === 'string' ? parsed(json) : json
  measure(value)
  return value
}

function parsed(text: string): unknown {
  if (text.length > MAX_CARD_CHARACTERS) throw tooLarge()
  // before it is parsed: millions of levels would take gigabytes
  if (isDeeper(text, MAX_DEPTH)) throw tooDeep()
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidBytesError('expected JSON, got something else', { cause })
  }
}

/** Whether lists and objects nest more than `levels` deep in a JSON text: by its brackets, but for those within strings. */
function isDeeper(text: string, levels: number): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') {
      if (++depth > levels) return true
    } else if (character === ']' || character === '}') depth--
  }
  return false
}

/** @throws InvalidBytesError when a value is larger or deeper than a card may be */
function measure(value: unknown, left = { characters: MAX_CARD_CHARACTERS }, levels = MAX_DEPTH): void {
  left.characters -= typeof value === 'string' ? value.length + 2 : 1
  if (left.characters < 0) throw tooLarge()
  if (typeof value !== 'object' || value === null) return
  if (levels === 0) throw tooDeep()
  if (Array.isArray(value)) {
    // before each is looked at: a list may have billions of places and nothing in them
    if (value.length > MAX_LIST) throw new InvalidBytesError(`expected lists of at most ${MAX_LIST} entries`)
    for (const one of value) measure(one, left, levels - 1)
  } else {
    for (const [field, one] of Object.entries(value)) {
      left.characters -= field.length + 2
      measure(one, left, levels - 1)
    }
  }
}

const tooLarge = (): InvalidBytesError => new InvalidBytesError(`expected at most ${MAX_CARD_CHARACTERS} characters`)
const tooDeep = (): InvalidBytesError => new InvalidBytesError(`expected at most ${MAX_DEPTH} levels of lists and objects`)
