/** What is said of how a task went, as people say it. Pure. */

export interface ScoreChoice {
  /** hundredths, -100 to 100: what is written down */
  score: number
  label: string
}

/** What somebody can say. */
export const scoreChoices: readonly ScoreChoice[] = [
  { score: 100, label: 'Well' },
  { score: 0, label: 'So-so' },
  { score: -100, label: 'Badly' }
]

/** What stands written of how it went; null: nothing does. What is none of the choices an agent has said by itself. */
export function scoreWords(score: number | null): string {
  if (score === null) return 'Nothing is said yet.'
  const choice = scoreChoices.find((one) => one.score === score)
  if (choice !== undefined) return `It is said: ${choice.label.toLowerCase()}.`
  const what = score > 0 ? `it came to a good end (${score} of 100)` : `something was wrong (−${-score} of −100)`
  return `Your agent has said by itself that ${what}. Your own word takes the place of it.`
}
