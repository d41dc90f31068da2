import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useApp } from '../state/app-context.ts'

const SHOWN_MS = 2000

/** Copies a text; says so in the button and aloud. */
export function CopyButton({ text, label, quiet = false }: { text: () => string; label: string; quiet?: boolean }) {
  const { announcer } = useApp()
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      setState('copied')
      announcer.say('Copied')
    } catch {
      setState('refused')
      announcer.say('The browser did not allow copying')
    }
  }
  return (
    <button type="button" className={quiet ? 'button quiet' : 'button'} onClick={() => void copy()}>
      {state === 'copied' ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
      {state === 'idle' ? label : state === 'copied' ? 'Copied' : 'Not allowed'}
    </button>
  )
}
