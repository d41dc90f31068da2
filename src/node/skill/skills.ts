/**
 * The skills that come with Starling. Each is a program in plain JavaScript that anybody can read before it runs;
 * the SHA-256 of its source is the program's identity. The identities stand here, so that the sources are loaded
 * only when one is read or run; a test holds the two together.
 */
import type { Capability } from '../schema/declaration.ts'

/** What an agent can do, and the program that does it. */
export interface Skill {
  /** `program` is the hash of `source` */
  capability: Capability
  /** who wrote what runs: it comes with Starling, the operator has added it, or the asking agent sends it along */
  author: 'built in' | 'you' | 'the asking agent'
  /** JavaScript that defines `run(input, host)` */
  source(): Promise<string>
}

const MB = 2 ** 20

const load = async (program: Promise<{ default: string }>): Promise<string> => (await program).default

const csv = (): Promise<string> => load(import('./programs/csv.js?raw'))

/** What a program needs, then the program. */
const joined = async (...parts: Array<Promise<string>>): Promise<string> => (await Promise.all(parts)).join('\n')

/** The built-in skills. */
export const builtInSkills: readonly Skill[] = [
  {
    author: 'built in',
    source: () => joined(csv(), load(import('./programs/csv-statistics.js?raw'))),
    capability: {
      kind: 'capability',
      id: 'csv-statistics',
      topic: 'data/statistics',
      program: 'a466c1b5fe73fb79f4fc2170a86b6b58f872e8db79628c064abd403a131bbb36',
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
    author: 'built in',
    source: () => load(import('./programs/key-points.js?raw')),
    capability: {
      kind: 'capability',
      id: 'key-points',
      topic: 'text/summarising',
      program: 'b2a40633ed80bf465ee4b0f5126d49bb1020d858ab0e2f3b9e5eecd112ec121d',
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
    author: 'the asking agent',
    source: () => joined(csv(), load(import('./programs/javascript.js?raw'))),
    capability: {
      kind: 'capability',
      id: 'javascript',
      topic: 'code/automation-and-scripting',
      program: 'c3a824ef168083bf68f5b6c8ce3caf8ee143d005b973214bb8ef74f69928564b',
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
