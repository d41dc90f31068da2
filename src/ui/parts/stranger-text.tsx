import { useState } from 'react'
import { cleanLine, cleanText, cut } from '../text/clean.ts'
import { formatNumber } from '../text/format.ts'
import './stranger-text.css'

/** A stranger's words within a line: cleaned, cut, and unable to turn the direction of what is around them. */
export function StrangerLine({ text, max = 90 }: { text: string; max?: number }) {
  const line = cleanLine(text.slice(0, max * 32))
  const shown = cut(line, max)
  return (
    <bdi className="stranger-line" {...(shown.whole ? {} : { title: cut(line, 400).text })}>
      {shown.text}
      {shown.whole ? '' : '…'}
    </bdi>
  )
}

/**
 * A stranger's words as a block. They look like a quotation, so that they can't pass for the app's own
 * words, and a long text is cut with a way to see all of it.
 */
export function StrangerText({ text, max = 600, quoted = true }: { text: string; max?: number; quoted?: boolean }) {
  const [all, setAll] = useState(false)
  const clean = cleanText(all ? text : text.slice(0, max * 32))
  const shown = all ? { text: clean, whole: true } : cut(clean, max)
  const cutOff = !shown.whole || (!all && text.length > max * 32)
  return (
    <div className={quoted ? 'stranger quoted' : 'stranger'}>
      <div dir="auto" className="stranger-words">
        {shown.text}
        {cutOff ? '…' : ''}
      </div>
      {cutOff && (
        <button type="button" className="link small" onClick={() => setAll(true)}>
          Show all ({formatNumber(text.length)} characters)
        </button>
      )}
      {all && text.length > max && (
        <button type="button" className="link small" onClick={() => setAll(false)}>
          Show less
        </button>
      )}
    </div>
  )
}
