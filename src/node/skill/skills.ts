/**
 * The skills that come with Starling. Each is a program in plain JavaScript that anybody can read before it runs;
 * the SHA-256 of its source is the program's identity.
 */
import { digest, toHex } from '../crypto/hash.ts'
import type { Capability } from '../schema/declaration.ts'
import csvStatistics from './programs/csv-statistics.js?raw'
import csv from './programs/csv.js?raw'
import javascript from './programs/javascript.js?raw'
import keyPoints from './programs/key-points.js?raw'

/** What an agent can do, and the program that does it. */
export interface Skill {
  /** `program` is the hash of `source` */
  capability: Capability
  /** JavaScript that defines `run(input, host)` */
  source: string
}

const MB = 2 ** 20

const declared: Array<{ capability: Omit<Capability, 'kind' | 'program'>; source: string }> = [
  {
    source: `${csv}\n${csvStatistics}`,
    capability: {
      id: 'csv-statistics',
      name: 'CSV statistics and chart',
      description:
        'Reads a table from a CSV or TSV file and describes it: for each column its type, missing values, minimum, ' +
        'maximum, mean, median, quartiles, standard deviation and sum, the most common values, correlations, and a ' +
        'chart that fits the data. Copes with untidy files: any delimiter, quotes, decimal commas, currencies, ' +
        'percentages, dates, ragged rows. The goal may name columns: “average price by city”, “sales per month”.',
      tags: [
        'csv',
        'statistics',
        'chart',
        'data',
        'table',
        'spreadsheet',
        'analysis',
        'average',
        'mean',
        'median',
        'sum',
        'total',
        'graph',
        'plot',
        'histogram',
        'correlation',
        'tsv',
        'excel',
        'numbers',
        'columns',
        'group by',
        'trend',
        'statistik',
        'tabelle'
      ],
      examples: [
        'Statistics and a chart from my CSV file',
        'Average price by city',
        'Plot sales per month',
        'What are the mean, median and spread of each column?',
        'Total amount for each category in this spreadsheet',
        'Analyse the data in this table and tell me what stands out',
        'How many orders are there per country?',
        'Is temperature related to the number of visitors?',
        'Durchschnittlicher Preis nach Stadt aus dieser Tabelle'
      ],
      inputModes: [
        'text/csv',
        'text/tab-separated-values',
        'application/csv',
        'application/vnd.ms-excel',
        '.csv',
        '.tsv',
        '.tab'
      ],
      outputModes: ['text/plain', 'application/json'],
      limits: { ms: 120_000, memoryBytes: 64 * MB, inputBytes: 8 * MB, outputBytes: MB }
    }
  },
  {
    source: keyPoints,
    capability: {
      id: 'key-points',
      name: 'Key points of a text',
      description:
        'Picks the sentences that say the most from a long text, word for word and in their order, and adds key ' +
        'phrases, reading time and an outline of its headings. For articles, reports, minutes, papers, Markdown and ' +
        'web pages; English and German best, French, Spanish, Italian and others too. Paste the text as the goal or ' +
        'add it as a file; say how many points are wanted.',
      tags: [
        'summary',
        'summarise',
        'summarize',
        'key points',
        'text',
        'article',
        'document',
        'report',
        'tl;dr',
        'highlights',
        'extract',
        'main ideas',
        'outline',
        'key phrases',
        'keywords',
        'abstract',
        'essay',
        'notes',
        'reading time',
        'minutes',
        'gist',
        'zusammenfassung',
        'markdown'
      ],
      examples: [
        'Key points of this long text',
        'Summarise this article in 5 sentences',
        'What are the main ideas of this report?',
        'TL;DR of the attached document',
        'Give me the gist of these meeting notes',
        'Which key phrases and headings does this paper have?',
        'Fasse diesen Text in fünf Punkten zusammen',
        'Die wichtigsten Punkte aus diesem Bericht'
      ],
      inputModes: [
        'text/plain',
        'text/markdown',
        'text/html',
        '.txt',
        '.md',
        '.markdown',
        '.text',
        '.html',
        '.htm',
        '.rst',
        '.log'
      ],
      outputModes: ['text/plain'],
      limits: { ms: 120_000, memoryBytes: 64 * MB, inputBytes: 3 * MB, outputBytes: MB }
    }
  },
  {
    source: `${csv}\n${javascript}`,
    capability: {
      id: 'javascript',
      name: 'Run my JavaScript function',
      description:
        'Runs a JavaScript function of yours over your data, in a sandbox without network or files. Add the function ' +
        'as function.js (or write it into the goal) and the data as JSON, CSV or text. What it returns is shown as a ' +
        'table, a chart, text or JSON; what it logs is shown too; an error tells its line.',
      tags: [
        'javascript',
        'js',
        'function',
        'code',
        'script',
        'run',
        'program',
        'compute',
        'calculate',
        'transform',
        'convert',
        'json',
        'data',
        'filter',
        'map',
        'reduce',
        'sandbox',
        'execute',
        'custom',
        'programming',
        'ndjson',
        'funktion'
      ],
      examples: [
        'Run my function over this JSON',
        'Apply function.js to data.csv',
        'Transform this data with my JavaScript',
        'Calculate something with a script of mine',
        '(rows) => rows.filter((row) => row.age > 30)',
        'Execute this code in a sandbox and show me what it returns',
        'Führe meine Funktion über diese Daten aus'
      ],
      inputModes: [
        'text/javascript',
        'application/javascript',
        'application/json',
        'text/csv',
        'text/plain',
        'text/tab-separated-values',
        '.js',
        '.mjs',
        '.cjs',
        '.json',
        '.jsonl',
        '.ndjson',
        '.csv',
        '.tsv',
        '.txt'
      ],
      outputModes: ['application/json', 'text/plain'],
      limits: { ms: 30_000, memoryBytes: 64 * MB, inputBytes: 8 * MB, outputBytes: 2 * MB }
    }
  }
]

/** The built-in skills, each with its program's hash filled in. */
export function builtInSkills(): Promise<Skill[]> {
  return Promise.all(
    declared.map(async ({ capability, source }) => ({
      source,
      capability: { kind: 'capability', ...capability, program: toHex(await digest(new TextEncoder().encode(source))) }
    }))
  )
}
