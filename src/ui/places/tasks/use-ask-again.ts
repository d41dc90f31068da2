import type { FileInput, TaskView } from '../../../node/client.ts'
import { useApp } from '../../state/app-context.ts'
import { emptyDraft, type Attachment } from '../../state/draft.ts'
import { goTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'
import { listed } from '../../text/format.ts'

/** Asking for a task once more: the same agent at once, or another after a look at who could do it. */
export function useAskAgain(task: TaskView) {
  const { client, draft } = useApp()
  const { busy, problem, run } = useAction()

  const files = async (): Promise<Attachment[]> => {
    const kept = await Promise.all(task.files.map(async (file) => ({ file, bytes: await client.file(file.hash) })))
    const gone = kept.filter(({ bytes }) => bytes === null).map(({ file }) => `“${file.name}”`)
    if (gone.length > 0)
      throw new Error(`${listed(gone)} can’t be found in this browser any more. Attach it again on Ask.`)
    return kept.flatMap(({ file, bytes }) =>
      bytes === null ? [] : [{ id: crypto.randomUUID(), name: file.name, type: file.type, bytes, editable: false }]
    )
  }

  const rerun = () =>
    run(async () => {
      const inputs: FileInput[] = (await files()).map(({ name, type, bytes }) => ({ name, type, bytes }))
      const id = await client.submit({
        goal: task.goal,
        files: inputs,
        ...(task.agent === null ? {} : { agent: task.agent }),
        ...(task.skill === null ? {} : { skill: task.skill })
      })
      goTo('tasks', id)
    })

  const askAnother = () =>
    run(async () => {
      draft.set({ ...emptyDraft, goal: task.goal, files: await files(), avoid: task.agent })
      goTo('ask')
    })

  return { busy, problem, rerun, askAnother }
}
