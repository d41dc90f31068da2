/**
 * What goes into a program and what comes out of it. Results are typed parts, so that people see a
 * chart as a chart and never a stranger's markup.
 */
import * as z from 'zod/mini'
import { count, text } from './codec.ts'

export const MAX_FILES = 8
export const fileName = z.string().check(z.minLength(1), z.maxLength(200))

/** A program's input: the goal in words and its files as text. */
export interface ProgramInput {
  goal: string
  files: Array<{ name: string; type: string; text: string }>
}

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const textPart = z.object({ kind: z.literal('text'), title: z.optional(text(200)), text: text(200_000) })
export const listPart = z.object({
  kind: z.literal('list'),
  title: z.optional(text(200)),
  items: z.array(text(5000)).check(z.maxLength(1000))
})
export const tablePart = z.object({
  kind: z.literal('table'),
  title: z.optional(text(200)),
  columns: z.array(text(200)).check(z.maxLength(200)),
  rows: z.array(z.array(cell).check(z.maxLength(200))).check(z.maxLength(5000))
})
export const chartPart = z.object({
  kind: z.literal('chart'),
  title: z.optional(text(200)),
  chart: z.enum(['bar', 'line']),
  xLabel: z.optional(text(200)),
  yLabel: z.optional(text(200)),
  /** one label a point */
  labels: z.array(text(200)).check(z.maxLength(1000)),
  /** each with as many values as there are labels; null is a gap */
  series: z
    .array(z.object({ name: text(200), values: z.array(z.nullable(z.number())).check(z.maxLength(1000)) }))
    .check(z.minLength(1), z.maxLength(12))
})
export const jsonPart = z.object({ kind: z.literal('json'), title: z.optional(text(200)), json: text(1_000_000) })

export const part = z.discriminatedUnion('kind', [textPart, listPart, tablePart, chartPart, jsonPart])
export type Part = z.infer<typeof part>
export type ChartPart = z.infer<typeof chartPart>
export type TablePart = z.infer<typeof tablePart>

export const result = z.object({
  /** the answer in one sentence */
  summary: text(2000),
  parts: z.array(part).check(z.maxLength(50))
})
export type Result = z.infer<typeof result>

export const progress = z.object({
  /** 0 to 1 */
  fraction: z.number().check(z.minimum(0), z.maximum(1)),
  note: text(200),
  at: count
})
export type Progress = z.infer<typeof progress>
