/** Numbers of eight bits, each times `scale`, in base64: as the files of what was learned have them. */
export interface EightBit {
  scale: number
  base64: string
}

export function int8sOf(base64: string): Int8Array {
  const bytes = atob(base64)
  const numbers = new Int8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) numbers[i] = bytes.charCodeAt(i)
  return numbers
}
