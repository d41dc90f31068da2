import { Menu } from '@base-ui/react/menu'
import { Download, Share2 } from 'lucide-react'
import type { TaskView } from '../../../node/client.ts'
import type { Result } from '../../../node/schema/result.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { chartTable, fileNameFor, resultMarkdown, resultText, tableCsv } from '../../text/export.ts'

/** Keeping and passing on a result. Charts and tables also have a save of their own beside them. */
export function ResultActions({ task, result }: { task: TaskView; result: Result }) {
  const name = result.parts.find((part) => part.title !== undefined)?.title ?? task.goal
  const tables = result.parts.flatMap((part) =>
    part.kind === 'table' ? [part] : part.kind === 'chart' ? [chartTable(part)] : []
  )
  const first = tables[0]
  return (
    <div className="row result-actions">
      <Menu.Root>
        <Menu.Trigger className="button">
          <Download size={18} aria-hidden /> Save
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="start" className="menu-place">
            <Menu.Popup className="menu">
              <Menu.Item
                className="menu-item"
                onClick={() => saveFile(fileNameFor(name, 'md'), 'text/markdown', resultMarkdown(result))}
              >
                Text (Markdown)
              </Menu.Item>
              {first !== undefined && (
                <Menu.Item
                  className="menu-item"
                  onClick={() => saveFile(fileNameFor(first.title ?? name, 'csv'), 'text/csv', tableCsv(first))}
                >
                  {tables.length > 1 ? 'First table (CSV)' : 'Table (CSV)'}
                </Menu.Item>
              )}
              <Menu.Item
                className="menu-item"
                onClick={() =>
                  saveFile(fileNameFor(name, 'json'), 'application/json', `${JSON.stringify(result, null, 2)}\n`)
                }
              >
                Everything (JSON)
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <CopyButton label="Copy" text={() => resultText(result)} />
      {typeof navigator.share === 'function' && (
        <button type="button" className="button" onClick={() => void share(resultText(result))}>
          <Share2 size={18} aria-hidden /> Share
        </button>
      )}
    </div>
  )
}

async function share(text: string): Promise<void> {
  try {
    await navigator.share({ text })
  } catch {
    // The person closed the system's dialog, which has said all there is to say.
  }
}
