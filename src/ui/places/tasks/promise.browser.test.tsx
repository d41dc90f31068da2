import { afterEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { TaskView } from '../../../node/client.ts'
import { drawApp } from '../../testing/render.tsx'
import { scenarios } from '../../testing/scenarios.ts'
import { aTask, createScriptedClient, did } from '../../testing/scripted-client.ts'

let remove = () => {}
afterEach(() => remove())

const terms = { languages: [], region: null, price: 0, keeps: 'nothing', tier: 0 } satisfies TaskView['terms']

function open(part: Partial<TaskView>): void {
  const base = scenarios['usual']!
  const task = aTask({ id: 'promised', agent: did(2), state: 'completed', terms, ...part })
  remove = drawApp(createScriptedClient({ ...base, snapshot: { ...base.snapshot, tasks: [task] } }), '#/tasks/promised')
}

test('who asked sees what was promised', async () => {
  open({})
  await expect.element(page.getByText('Their promise for this: For nothing · keeps nothing')).toBeVisible()
})

test.each([
  ['input', 'You promised to keep nothing: their words and files were deleted here. The result goes when'],
  ['all', 'You promised to keep nothing: their words, their files and the result were deleted here.']
] as const)('who did it sees that %s is deleted, and by which promise', async (forgotten, words) => {
  open({ role: 'follower', goal: '', forgotten })
  await expect.element(page.getByText(words)).toBeVisible()
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Deleted, as promised')
})
