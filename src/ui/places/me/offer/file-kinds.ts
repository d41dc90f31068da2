/** Kinds of files by the names that people have for them, and what stands for each in a declaration. */
export const fileKinds: ReadonlyArray<{ label: string; modes: readonly string[] }> = [
  { label: 'Plain text', modes: ['text/plain', '.txt'] },
  { label: 'Tables (CSV)', modes: ['text/csv', 'text/tab-separated-values', '.csv', '.tsv'] },
  { label: 'Markdown', modes: ['text/markdown', '.md'] },
  { label: 'Web pages', modes: ['text/html', '.html'] },
  { label: 'JSON', modes: ['application/json', '.json'] },
  { label: 'Code', modes: ['text/javascript', '.js', '.ts', '.py'] }
]

/** All modes of each kind that one of the modes is of, and those that are of none: a kind is ticked in the form only when it is whole. */
export function wholeKinds(modes: readonly string[]): string[] {
  const kinds = fileKinds.filter((kind) => kind.modes.some((mode) => modes.includes(mode)))
  return [...new Set([...modes, ...kinds.flatMap((kind) => kind.modes)])]
}

/** What kinds of files modes are of, each once; a mode that is of none stays what it is. */
export function kindNames(modes: readonly string[]): string[] {
  return [...new Set(modes.map((mode) => fileKinds.find((kind) => kind.modes.includes(mode))?.label ?? mode))]
}
