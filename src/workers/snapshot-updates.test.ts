import { expect, test } from 'vitest'
import type { Snapshot, TaskView } from '../node/client.ts'
import { packSnapshots, unpackSnapshots } from './snapshot-updates.ts'

const task = (id: string, updated: number) => ({ id, updated }) as TaskView
const snapshot = (...tasks: TaskView[]) => ({ logLength: 1, tasks }) as Snapshot

async function* each<T>(...values: T[]) {
  yield* values
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of values) list.push(value)
  return list
}

test('a task that is the same is sent once, and the other end has it all the same', async () => {
  const [one, two, twoLater] = [task('one', 1), task('two', 1), task('two', 2)]
  const snapshots = [snapshot(one, two), snapshot(one, twoLater), snapshot(twoLater)]
  const packed = await all(packSnapshots(each(...snapshots)))
  expect(packed.map(({ tasks }) => tasks)).toEqual([[one, two], ['one', twoLater], ['two']])
  expect(await all(unpackSnapshots(each(...packed)))).toEqual(snapshots)
})
