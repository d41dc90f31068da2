/** What a declaration is about, in words, for whoever works out its sketch. What says most comes first. */
import type { Declaration } from '../schema/declaration.ts'

export function wordsOf(said: Declaration): string {
  switch (said.kind) {
    case 'capability':
      return [said.name, ...said.tags, ...said.examples, said.description].join('\n')
    case 'intention':
      return [said.goal, ...said.tags].join('\n')
  }
}
