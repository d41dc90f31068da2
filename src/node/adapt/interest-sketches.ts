/** What we declare, listen for and ask, as sketches: by these it is among our interests. */
import type { Declarations } from './declarations.ts'
import type { OwnInterests } from './interests.ts'
import type { Meaning } from './meaning.ts'

export interface InterestSketches {
  /** Has us hear of what may serve these, for as long as they are looked for. */
  listensFor(goals: readonly string[]): Promise<void>
  /** Has us hear, from now on, of what may serve this goal: it is among our interests for a while. */
  listenFor(goal: string): Promise<void>
  /** What we offer and look for is otherwise than before: it is what we want to hear of. */
  declared(): Promise<void>
  /** There is a model that was not there before: what stands is sketched by it, too. */
  onModel(): void
}

export interface InterestSketchesComponents {
  /** our own agent */
  self: string
  declarations: Pick<Declarations, 'capabilities' | 'intentions'>
  meaning: Pick<Meaning, 'sketches'>
  interests: Pick<OwnInterests, 'declared' | 'listensFor' | 'asked'>
  now: () => number
  report: (error: unknown) => void
}

export function createInterestSketches(components: InterestSketchesComponents): InterestSketches {
  const { self, declarations, meaning, interests, now, report } = components
  /** what is looked for until it is found */
  let listened: readonly string[] = []

  const sketchesOf = async (all: ReadonlyArray<Parameters<Meaning['sketches']>[0]>) => (await Promise.all(all.map(meaning.sketches))).flat()

  async function declared(): Promise<void> {
    const ours = [...declarations.intentions(now()), ...declarations.capabilities(now())].filter(({ agent }) => agent === self)
    interests.declared(await sketchesOf(ours.map(({ declaration }) => declaration)))
  }

  async function listenAgain(): Promise<void> {
    interests.listensFor(await sketchesOf(listened))
  }

  return {
    async listensFor(goals) {
      listened = goals
      await listenAgain()
    },
    async listenFor(goal) {
      interests.asked(await meaning.sketches(goal))
    },
    declared,
    onModel() {
      declared().catch(report)
      listenAgain().catch(report)
    }
  }
}
