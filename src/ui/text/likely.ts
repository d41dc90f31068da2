/** How likely an offer is what is asked for, in words. Pure. */

/** Below this a match is a long shot, and is shown apart. */
export const WEAK = 0.15

export function likelyWords(likely: number): string {
  if (likely >= 0.6) return 'Very likely what you ask for'
  if (likely >= 0.35) return 'Likely what you ask for'
  return likely >= WEAK ? 'Possibly what you ask for' : 'A long shot'
}

/** `62 %`; never 0 for what is found. */
export function formatShare(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`
}
