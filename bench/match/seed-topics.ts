/** The seed topics as they are written, with the requests and offers of each competence: they are not in the app. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface SeedTopic {
  topic: string
  competences: Array<{ id: string; words: string[]; requests: string[]; offers: string[] }>
}

export const readTopics = (folder: string): SeedTopic[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SeedTopic[])
