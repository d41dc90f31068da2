import { Paperclip } from 'lucide-react'
import { useEffect, useState } from 'react'
import { goTo } from '../state/route.ts'
import { useAttach } from '../state/use-attach.ts'

/** Takes files that are dropped anywhere on the page or pasted, and leads to where they are used. */
export function DropZone() {
  const { take } = useAttach()
  const [over, setOver] = useState(false)
  useEffect(() => {
    let depth = 0
    const withFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const enter = (event: DragEvent) => {
      if (!withFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!withFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hold = (event: DragEvent) => {
      if (withFiles(event)) event.preventDefault()
    }
    const give = (files: FileList | undefined): boolean => {
      if (files === undefined || files.length === 0) return false
      goTo('ask')
      void take([...files])
      return true
    }
    const drop = (event: DragEvent) => {
      if (!withFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      give(event.dataTransfer?.files)
    }
    const paste = (event: ClipboardEvent) => {
      if (give(event.clipboardData?.files)) event.preventDefault()
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hold)
    window.addEventListener('drop', drop)
    window.addEventListener('paste', paste)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', hold)
      window.removeEventListener('drop', drop)
      window.removeEventListener('paste', paste)
    }
  }, [take])
  if (!over) return null
  return (
    <div className="drop-zone" aria-hidden>
      <div>
        <Paperclip size={36} />
        <p>Drop to attach to your task</p>
      </div>
    </div>
  )
}
