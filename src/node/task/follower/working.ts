/**
 * The work itself: the program that was agreed on is run with its files, until it is done, fails, is stopped, or its time is over.
 * Whichever it is, the task ends with it.
 */
import type { Contract } from '../../schema/contract.ts'
import { ProgramError, type Runner } from '../../skill/runner.ts'
import type { Skill } from '../../skill/skills.ts'
import type { Store } from '../../store/store.ts'
import type { Tasks } from '../tasks.ts'
import type { Endings } from './endings.ts'
import type { Gather } from './gathering.ts'
import { reasonOf } from './reasons.ts'

export interface WorkingComponents {
  store: Pick<Store, 'get'>
  tasks: Pick<Tasks, 'update' | 'until' | 'report'>
  runner: Runner
  /** the skill of that id that we have, whether it is offered now or not */
  skill: (id: string) => Skill | undefined
  gather: Gather
  endings: Pick<Endings, 'finish'>
  /** milliseconds since 1970 */
  now: () => number
}

/**
 * @param signal aborts when the contract lapses, or the node stops
 * @throws the latter's reason, and what the store throws: it is to be tried again
 */
export type Work = (id: string, contract: Contract, signal: AbortSignal) => Promise<void>

/** @param closing aborts when the node stops */
export function createWorking(components: WorkingComponents, closing: AbortSignal): Work {
  const { store, tasks, runner, skill, gather, endings, now } = components

  /** The source that was agreed on. */
  async function programOf(contract: Contract): Promise<string> {
    const kept = await store.get<Uint8Array>('blobs', contract.program)
    if (kept !== undefined) return new TextDecoder().decode(kept)
    // another tab may have ended its work with it just when ours began
    const current = skill(contract.skill)
    if (current?.capability.program === contract.program) return current.source()
    throw new ProgramError('broken', 'the program that was agreed on is not on this device any more')
  }

  return async (id, contract, signal) => {
    const run = new AbortController()
    const both = AbortSignal.any([signal, run.signal])
    const canceled = tasks.until(id, ({ cancelRequested }) => cancelRequested, both)
    canceled.then(() => run.abort(new ProgramError('killed', 'it was stopped'))).catch(() => undefined)
    try {
      const input = await gather(id, contract, both)
      await tasks.update(id, ({ cancelRequested }) => (cancelRequested ? null : { waiting: '' }))
      const source = await programOf(contract)
      const value = await runner.run(
        { source, input, limits: contract.limits, time: contract.created },
        { signal: both, onProgress: (progress) => tasks.report(id, { ...progress, at: now() }) }
      )
      await endings.finish(id, contract, { state: 'completed', value })
    } catch (error) {
      closing.throwIfAborted()
      const end = run.signal.aborted
        ? ({ state: 'canceled', reason: 'It was stopped.' } as const)
        : signal.aborted
          ? ({ state: 'canceled', reason: 'Its time was over before it was done.' } as const)
          : ({ state: 'failed', reason: reasonOf(error) } as const)
      await endings.finish(id, contract, end)
    } finally {
      run.abort(new Error('the run is over'))
    }
  }
}
