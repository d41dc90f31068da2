/** Terms as people say them. Pure. */
import type { Constraints, Facts, Insistence, Terms } from '../../node/schema/declaration.ts'
import { listed, plural } from './format.ts'

const languageNames = new Intl.DisplayNames(['en'], { type: 'language' })
const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

/** `German`, of a code such as `de`; the code itself when it names nothing. */
export function languageName(code: string): string {
  return languageNames.of(code) ?? code
}

/** `Germany`, of a code such as `DE`; the code itself when it names nothing. */
export function countryName(code: string): string {
  return countryNames.of(code) ?? code
}

export const languagesIn = (codes: readonly string[]) => listed(codes.map(languageName))
const oneOf = (codes: readonly string[]) => listed(codes.map(countryName), 'or')

export const keepsWords: Readonly<Record<Terms['keeps'], string>> = {
  nothing: 'keeps nothing',
  task: 'keeps it for the task only',
  longer: 'may keep it longer'
}

export function priceWords(price: number): string {
  return price === 0 ? 'for nothing' : `${plural(price, 'credit')} a task`
}

/** An offer's terms in one line. */
export function termWords(terms: Terms): string {
  const parts = [
    priceWords(terms.price),
    keepsWords[terms.keeps],
    terms.languages.length === 0 ? 'no language named' : `in ${languagesIn(terms.languages)}`,
    ...(terms.region === null ? [] : [`done in ${countryName(terms.region)}`])
  ]
  const line = parts.join(' · ')
  return line.charAt(0).toUpperCase() + line.slice(1)
}

/** What somebody insists on, one phrase each; none when nothing matters. */
export function constraintWords({ languages = [], regions, maxPrice, keeps, minTier = 0, known }: Constraints): string[] {
  return [
    ...(languages.length > 0 ? [`in ${languagesIn(languages)}`] : []),
    ...(regions !== undefined ? [`done in ${oneOf(regions)}`] : []),
    ...(maxPrice !== undefined ? [maxPrice === 0 ? 'for nothing' : `${plural(maxPrice, 'credit')} at most`] : []),
    ...(keeps !== undefined ? [keeps === 'task' ? 'kept for the task at most' : keepsWords[keeps]] : []),
    ...(minTier >= 2 ? ['with checked code'] : []),
    ...(known === true ? ['known for such work'] : [])
  ]
}

/** What an agent says of itself, in one sentence. */
export function factWords({ languages, region }: Facts): string {
  const speaks = languages.length === 0 ? 'Languages not said' : `Speaks ${languagesIn(languages)}`
  return `${speaks}; ${region === null ? 'country not said' : `in ${countryName(region)}`}.`
}

/** What an agent insists on of others, in one sentence. */
export function insistenceWords({ languages = [], regions, minTier = 0 }: Insistence): string {
  const parts = [
    ...(languages.length > 0 ? [`speak ${languagesIn(languages)}`] : []),
    ...(regions !== undefined ? [`are in ${oneOf(regions)}`] : []),
    ...(minTier >= 2 ? ['show that their code is checked'] : [])
  ]
  return parts.length === 0 ? 'Anybody.' : `Only those who say that they ${listed(parts)}.`
}

/** `Text › Translation`, of `text/translation`. */
export function topicWords(topic: string): string {
  return topic.split('/').map(readable).join(' › ')
}

/** What a topic is called, and what it is part of: `Translation` in `Text`. */
export function topicLabel(topic: string): { name: string; area: string } {
  // work that nobody could place
  if (topic === 'other/unsorted') return { name: 'Other work', area: 'in no known field' }
  const parts = topic.split('/').map(readable)
  return { name: parts.at(-1) ?? '', area: parts.slice(0, -1).join(' › ') }
}

/** How a part of a topic's path is read: `modelling-in-3d` is “Modelling in 3D”. */
function readable(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1).replaceAll('-', ' ').replace(/\b(\d)d\b/g, '$1D')
}
