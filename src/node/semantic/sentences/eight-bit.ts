/** Numbers of eight bits, each times `scale`, in base64: as the files of what was learned have them. */
export interface EightBit {
  scale: number
  base64: string
}

export function int8sOf(base64: string): Int8Array {
  return Int8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
