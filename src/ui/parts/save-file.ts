/** Hands a text, or bytes, to the browser as a file to keep. */
export function saveFile(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const charset = typeof content === 'string' ? ';charset=utf-8' : ''
  const url = URL.createObjectURL(new Blob([content], { type: `${type}${charset}` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken the URL by the time of the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
