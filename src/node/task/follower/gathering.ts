/**
 * The files that a program is given, from the store or from the leader, who has lent them for this.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import { DataUnavailableError } from '../../adapt/data.ts'
import type { Contract, FileReference } from '../../schema/contract.ts'
import type { ProgramInput } from '../../schema/result.ts'
import { StoreFullError, type Store } from '../../store/store.ts'
import { delay } from '../../support/wait-for.ts'

export interface GatheringComponents {
  store: Pick<Store, 'get' | 'commit'>
  adaptation: Pick<Adaptation, 'reachable' | 'fetchData'>
}

/**
 * Waits for the leader as long as the signal lets it, and keeps each file as it comes.
 *
 * @param id the contract's hash
 * @throws DataUnavailableError when the leader does not give a file that it has named; StoreFullError; the signal's reason
 */
export type Gather = (id: string, contract: Contract, signal: AbortSignal) => Promise<ProgramInput>

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

export function createGathering({ store, adaptation }: GatheringComponents): Gather {
  async function fetchFile(id: string, leader: string, { hash, size }: FileReference, signal: AbortSignal): Promise<Uint8Array> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await adaptation.reachable(leader, signal)
      try {
        const bytes = await adaptation.fetchData(leader, { contract: id, hash, size }, signal)
        await store.commit([{ put: 'blobs', key: hash, value: bytes }])
        return bytes
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof DataUnavailableError || error instanceof StoreFullError) throw error
        await delay(pause, signal)
      }
    }
  }

  return async (id, contract, signal) => {
    const files: ProgramInput['files'] = []
    for (const file of contract.files) {
      const bytes = (await store.get<Uint8Array>('blobs', file.hash)) ?? (await fetchFile(id, contract.leader, file, signal))
      files.push({ name: file.name, type: file.type, text: new TextDecoder().decode(bytes) })
    }
    return { goal: contract.goal, files }
  }
}
