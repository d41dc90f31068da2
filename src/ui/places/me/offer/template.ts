/** A program to begin with: short, and working. */
export const template = `// Counts the words of each text.
// input: { goal: string, files: [{ name, type, text }] }
// host.progress(fraction, note) tells how far it is.
function run(input, host) {
  const rows = input.files.map((file, i) => {
    host.progress(i / input.files.length, 'Reading ' + file.name)
    return [file.name, file.text.split(/\\s+/).filter(Boolean).length]
  })
  const words = rows.reduce((sum, row) => sum + row[1], 0)
  return {
    summary: words + ' words in all.',
    parts: [{ kind: 'table', title: 'Words', columns: ['file', 'words'], rows }]
  }
}
`
