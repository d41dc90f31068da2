/** How likely an offer is what is asked for, in words. Pure. */

/** From here on a match is what people should count on. */
export const LIKELY = 0.35
/** Below this a match is a long shot, and is shown apart. */
export const WEAK = 0.15

export function likelyWords(likely: number): string {
  if (likely >= 0.6) return 'Very likely what you ask for'
  if (likely >= LIKELY) return 'Likely what you ask for'
  return likely >= WEAK ? 'Possibly what you ask for' : 'A long shot'
}

/** What becomes of a request beside an offer: the same steps, from the side of whoever offers. */
export function findsWords(likely: number): string {
  if (likely >= LIKELY) return 'Would find it'
  if (likely >= WEAK) return 'Might find it'
  return likely > 0 ? 'Finds it only as a long shot' : 'Would not find it'
}

/** `62 %`; never 0 for what is found. */
export function formatShare(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`
}
