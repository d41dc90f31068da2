/*
 * The key points of a text, in its own words: sentences that many others are about (TextRank over TF-IDF), weighed by
 * where they stand, without saying the same twice (maximal marginal relevance). With key phrases, length, outline.
 */
const MIN_WORDS = 40
const MAX_RANKED = 300
const MAX_PHRASES = 20_000
const MAX_KNOWN = 40_000
const WORDS_A_MINUTE = 230

async function run(input, host) {
  const { texts, wanted } = chooseTexts(input)
  const each = wanted ?? (texts.length > 1 ? 4 : null)
  const digests = texts.map((text, i) => {
    host.progress(i / texts.length, `Reading ${text.name}`)
    return digest(text, each, (fraction, note) => host.progress((i + fraction) / texts.length, note))
  })
  const several = digests.length > 1
  const parts = digests.flatMap((one) =>
    one.parts.map((part) => ({ ...part, title: several ? `${part.title}: ${one.name}`.slice(0, 200) : part.title }))
  )
  host.progress(1, 'Done')
  const summary = digests.map(({ summary: words }) => words).join(' ')
  return { summary: summary.slice(0, 1900), parts: parts.slice(0, 50) }
}

/* ---------- what to read ---------- */

function chooseTexts({ goal, files }) {
  const wanted = wantedPoints(goal)
  const texts = files
    .filter(({ text }) => text.trim() !== '')
    .map((file) => ({ name: file.name, text: plainText(file) }))
  if (texts.length === 0 && files.length > 0)
    throw new Error(`${files[0].name} is empty. Add a text of some paragraphs.`)
  if (texts.length === 0) {
    // "Summarise this: …" belongs to the wish, not to the text
    const text = goal.replace(/^[^\n.!?]{0,120}:\s*\n/, '').trim()
    if (countWords(text) < MIN_WORDS) {
      throw new Error('There is no text to read. Add a text file, or paste some paragraphs into the goal.')
    }
    texts.push({ name: 'Your text', text: plainText({ name: '', type: '', text }) })
  }
  for (const { name, text } of texts) {
    const words = countWords(text.slice(0, 5000))
    if (words < MIN_WORDS) {
      throw new Error(
        `${name} has only ${words} ${words === 1 ? 'word' : 'words'}: too little to find key points in. Add a text of some paragraphs.`
      )
    }
  }
  return { texts, wanted }
}

const numerals = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve'
]
const zahlen = [
  'null',
  'ein',
  'zwei',
  'drei',
  'vier',
  'fünf',
  'sechs',
  'sieben',
  'acht',
  'neun',
  'zehn',
  'elf',
  'zwölf'
]

/** How many points the goal asks for, or null. */
function wantedPoints(goal) {
  const found =
    /(?:^|[^\p{L}\d])(\d{1,2}|\p{L}+)\s+(?:(?:key|main|most important|short|top|wichtigste\p{L}*|kurze\p{L}*)\s+)*(?:points?|sentences?|bullets?|bullet points?|ideas?|takeaways?|highlights?|lines?|punkte\p{L}*|sätze\p{L}*|stichpunkte\p{L}*|aussagen)(?![\p{L}])/iu.exec(
      goal.slice(0, 300)
    )
  if (!found) return null
  const word = found[1].toLowerCase()
  const number = /^\d+$/.test(word)
    ? Number(word)
    : Math.max(numerals.indexOf(word), zahlen.indexOf(word.replace(/en$/, '')), zahlen.indexOf(word))
  return number >= 1 ? Math.min(30, number) : null
}

const entities = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“'
}

function plainText({ name, type, text }) {
  let plain = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll('\0', '')
    .replace(/[\u00ad\u200b]/g, '')
  if (
    /\.html?$/i.test(name) ||
    /html/.test(type) ||
    /^\s*<(!doctype|html|body|article|p|div)\b/i.test(plain.slice(0, 300))
  )
    plain = fromHtml(plain)
  return plain
}

function fromHtml(html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(script|style|nav|footer|noscript|svg|template|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(
      /<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1\s*>/gi,
      (_, level, words) =>
        `\n\n${'#'.repeat(Number(level))} ${words
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()}\n\n`
    )
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(
      /<(p|div|section|article|ul|ol|table|tr|blockquote|br|hr|main|header)\b[^>]*>|<\/(p|div|section|article|li|ul|ol|table|tr|blockquote)\s*>/gi,
      '\n\n'
    )
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (whole, hex, digits) => {
      const code = parseInt(digits, hex ? 16 : 10)
      return code > 31 && code < 0x110000 ? String.fromCodePoint(code) : ' '
    })
    .replace(/&([a-z]{2,6});/gi, (whole, name) => entities[name] ?? whole)
    .replace(/[ \t]+/g, ' ')
}

/* ---------- blocks: headings, paragraphs, list items ---------- */

/** The text as blocks `{ kind: 'heading' | 'paragraph' | 'item', text, level }`, without code, tables and markup. */
function blocksOf(text) {
  const blocks = []
  let lines = []
  let fence = null
  const flush = () => {
    if (lines.length > 0) blocks.push({ kind: 'paragraph', text: joinLines(lines), level: 0 })
    lines = []
  }
  const all = text.split('\n')
  for (let i = 0; i < all.length; i++) {
    const line = all[i].trimEnd()
    const trimmed = line.trim()
    const mark = /^(```+|~~~+)/.exec(trimmed)
    if (fence !== null) {
      if (mark && trimmed.startsWith(fence)) fence = null
      continue
    }
    if (mark) {
      flush()
      fence = mark[1].slice(0, 3)
      continue
    }
    if (i === 0 && trimmed === '---' && all.slice(1, 40).some((other) => other.trim() === '---')) {
      // front matter
      i = all.findIndex((other, k) => k > 0 && other.trim() === '---')
      continue
    }
    if (trimmed === '' || /^([-*_=~])(\s*\1){2,}$/.test(trimmed)) {
      const under = /^(=|-)+$/.test(trimmed) && trimmed.length > 2 && lines.length === 1
      if (under) {
        blocks.push({ kind: 'heading', text: cleanInline(lines[0]), level: trimmed[0] === '=' ? 1 : 2 })
        lines = []
      } else flush()
      continue
    }
    if (/^\|.*\|$/.test(trimmed) || /^\s*!\[[^\]]*\]\([^)]*\)\s*$/.test(trimmed)) {
      flush()
      continue
    }
    const heading = /^(#{1,6})\s+(.+?)\s*#*$/.exec(trimmed)
    if (heading) {
      flush()
      blocks.push({ kind: 'heading', text: cleanInline(heading[2]), level: heading[1].length })
      continue
    }
    const bullet = /^(?:[-*+•◦▪–‣]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(.+)$/.exec(trimmed)
    const alone = (all[i - 1] ?? '').trim() === '' && (all[i + 1] ?? '').trim() === ''
    if (alone && lines.length === 0 && isTitle(trimmed)) {
      blocks.push({ kind: 'heading', text: cleanInline(trimmed), level: titleLevel(trimmed) })
      continue
    }
    if (bullet) {
      flush()
      const item = [bullet[1]]
      while (i + 1 < all.length && /^\s{2,}\S/.test(all[i + 1]) && !/^\s*([-*+•◦▪–‣]|\d{1,3}[.)])\s/.test(all[i + 1]))
        item.push(all[++i].trim())
      blocks.push({ kind: 'item', text: joinLines(item), level: 0 })
      continue
    }
    lines.push(trimmed.replace(/^>+\s?/, ''))
  }
  flush()
  return blocks.filter(({ text: words }) => words !== '')
}

/** A short line that stands alone and is no sentence. */
function isTitle(line) {
  if (line.length > 90 || countWords(line) > 12 || countWords(line) === 0) return false
  if (/^(\d+(\.\d+)*\.?|[IVXL]+\.|chapter|kapitel|part|teil|section|abschnitt|appendix|anhang)\s+\S/i.test(line))
    return !/[.!?:;,]$/.test(line.replace(/^\S+\s/, ''))
  return /^[\p{Lu}\d"'“„«(¿¡]/u.test(line) && !/[.!?;,:…]["'”’»)]?$/.test(line)
}

function titleLevel(line) {
  const numbered = /^(\d+(?:\.\d+)*)\.?\s/.exec(line)
  return numbered ? numbered[1].split('.').length + 1 : 2
}

/** Lines of one paragraph as one, with words that were cut at the line's end put together. */
function joinLines(lines) {
  let text = ''
  for (const line of lines) {
    if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line)) text = text.slice(0, -1) + line
    else text += (text === '' ? '' : ' ') + line
  }
  return cleanInline(text)
}

/** Without Markdown's marks. */
function cleanInline(text) {
  return text
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]+)\]\([^)\s]*(?:\s"[^"]*")?\)/g, '$1')
    .replace(/\[\^?\d+\]/g, '')
    .replace(/(\*\*|__)(?=\S)([^*_]+?)\1/g, '$2')
    .replace(/(^|[\s(„“"])[*_](?=\S)([^*_]+?)[*_](?=$|[\s.,;:!?)“”"])/g, '$1$2')
    .replace(/`([^`]+)`/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

/* ---------- sentences ---------- */

const abbreviations = new Set(
  (
    'mr mrs ms dr prof rev hon st sr jr vs etc e.g i.e eg ie cf al fig figs no nos vol pp p ed eds dept univ inc ltd co corp est approx ' +
    'gen col sgt lt capt cmdr adm gov sen rep pres ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri ' +
    'a.m p.m am pm u.s u.k u.n e.u d.c ph.d b.a m.a ' +
    'z.b d.h u.a u.ä usw bzw ca evtl ggf inkl exkl max min mind nr str tel abb abs art aufl bd hrsg jh jhd mio mrd o.ä s.o s.u sog u.u v.a v.chr n.chr ' +
    'vgl zzgl z.t z.zt i.d.r i.a dipl ing st hl geb gest frl hr fr verf anm chr bspw einschl insb bes ' +
    'm mme mlle mm env av p.ex c.-à-d sra srta ud uds pág sig dott sig.ra ecc'
  ).split(' ')
)
const startersAfterInitials =
  /^(The|He|She|It|They|We|In|On|But|And|This|That|A|An|However|Der|Die|Das|Er|Sie|Es|Wir|Aber|Und|Im|In)\b/

/** Splits a paragraph into sentences; abbreviations, initials, ordinals and decimals don't end one. */
function sentencesOf(paragraph, language) {
  const sentences = []
  const ends = /[.!?…]+["'”’»)\]*_]*(?=\s|$)|[。！？]+[」』”]?/gu
  let start = 0
  for (const { 0: mark, index } of paragraph.matchAll(ends)) {
    const end = index + mark.length
    const rest = paragraph.slice(end).trimStart()
    if (rest !== '' && !/[。！？]/.test(mark) && !endsSentence(paragraph, index, mark, rest, language)) continue
    sentences.push(paragraph.slice(start, end).trim())
    start = end
  }
  const last = paragraph.slice(start).trim()
  if (last !== '') sentences.push(last)
  return sentences
}

function endsSentence(text, index, mark, rest, language) {
  if (/^\p{Ll}/u.test(rest)) return false
  if (!mark.startsWith('.') || mark.startsWith('..')) return /^["'“„«‘(¿¡[—–-]?\s?[\p{Lu}\p{Lo}\d]/u.test(rest)
  const before = /[^\s"'“„«(]*$/.exec(text.slice(Math.max(0, index - 30), index))[0]
  const word = before.toLowerCase()
  // initials, and "z. B."
  if (/^\p{L}$/u.test(before)) return false
  if (abbreviations.has(word) || abbreviations.has(word.replace(/\.$/, ''))) {
    // "… in the U.S. The next" and "… etc. The next": the word after tells
    return (
      /^(etc|usw|a\.m|p\.m|u\.s|u\.k|u\.n|e\.u|inc|ltd|co|corp|ecc|jr)$/.test(word) && startersAfterInitials.test(rest)
    )
  }
  if (/^[a-zäöü](\.[a-zäöü])+$/.test(word) && !startersAfterInitials.test(rest)) return false
  // "am 3. Oktober", "der 2. Weltkrieg"
  if (language === 'de' && /^\d{1,2}$/.test(before) && !startersAfterInitials.test(rest)) return false
  return true
}

/* ---------- words ---------- */

const stopWords = {
  en:
    'a about above after again against all also although always am an and any are aren as at be became because ' +
    'been before being below between both but by can cannot could did do does doing don done down during each ' +
    'either else even ever every few for from further get gets got had has have having he her here hers ' +
    'herself him himself his how however i if in indeed instead into is isn it its itself just least less let ' +
    'like made make makes many may me might more most much must my myself neither never no nor not nothing now ' +
    'of off often on once one only onto or other others our ours ourselves out over own per perhaps quite ' +
    'rather really s same say says said see seem seems several shall she should since so some something still ' +
    'such t than that the their theirs them themselves then there therefore these they thing things this those ' +
    'though through thus to too toward under until up upon us use used uses using very via was way we well ' +
    'were what whatever when where whether which while who whole whom whose why will with within without would ' +
    'yet you your yours yourself new two first way ways it’s don’t doesn’t isn’t that’s there’s they’re we’re ' +
    'you’re i’m can’t won’t cent percent',
  de:
    'aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes auch auf aus bei ' +
    'beim bereits bin bis bist da dabei dadurch dafür dagegen daher damit danach dann daran darauf daraus ' +
    'darin darüber darum das dass dazu dein deine dem den denen denn der deren des deshalb dessen die dies ' +
    'diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines einige einmal er ' +
    'erst es etwa etwas euch euer für gegen gewesen gibt habe haben hat hatte hatten hier hin hinter ich ihm ' +
    'ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins ist ja jede jedem jeden jeder jedes ' +
    'jedoch jene kann kein keine keinem keinen keiner können könnte könnten man manche mehr mein meine mich ' +
    'mir mit muss müssen musste nach neben nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem ' +
    'seinen seiner seines seit selbst sich sie sind so sogar solche soll sollen sollte sondern sonst sowie ' +
    'über um und uns unser unsere unter viel viele vielen vom von vor wann war waren warum was weg weil weiter ' +
    'weitere wenig wenn wer werde werden wie wieder will wir wird wo wohl wollen worden wurde wurden während ' +
    'zu zum zur zwar zwischen prozent zwei neue neuen neuer neues rund laut dass',
  fr:
    'a ai ainsi alors après au aucun aussi autre autres aux avait avant avec avoir bien car ce cela ces cet ' +
    'cette ceux chaque chez comme d dans de depuis des deux doit donc dont du elle elles en encore entre est ' +
    'et été être eu fait faire font fut il ils j je jusqu l la le les leur leurs lors lui m mais même mes ' +
    'moins mon n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut plus plusieurs pour ' +
    'pourquoi qu quand que quel quelle qui s sa sans se sera ses si soit son sont sous sur ta tandis te tous ' +
    'tout toute toutes très trop tu un une vers vos votre vous y',
  es:
    'a al algo algunas algunos ante antes así aun aunque bajo bien cada como con contra cual cuando de del ' +
    'desde donde dos durante e el ella ellas ellos en entre era eran es esa ese eso esta está están este esto ' +
    'estos fue fueron ha había han hasta hay la las le les lo los más me mi mientras mismo mucho muchos muy ' +
    'nada ni no nos o os otra otras otro otros para pero poco por porque pues que quien se ser si sin sobre ' +
    'son su sus también tan tanto te tiene todo todos tras tu un una uno unos y ya yo',
  it:
    'a ad ai al alla alle allo anche ancora avere aveva c che chi ci come con contro cui d da dagli dai dal ' +
    'dalla dalle degli dei del della delle dello di dopo dove due e è ed era erano essere fa fino fra fu gli ' +
    'ha hanno i il in io l la le lei lo loro lui ma mentre mi molto ne negli nei nel nella nelle nello no noi ' +
    'non o ogni per perché però più poi prima quale quando quanto quella quelle quelli quello questa queste ' +
    'questi questo sarà se senza si sia solo sono sta stata stato su sua sue sugli sui sul sulla suo suoi tra ' +
    'tutti tutto un una uno'
}
const stopSets = Object.fromEntries(
  Object.entries(stopWords).map(([language, words]) => [language, new Set(words.split(' '))])
)
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

function tokens(text) {
  const found = text.match(WORD) ?? []
  if (!UNSPACED.test(text)) return found
  // no spaces between words: pairs of letters stand in for them
  return found.flatMap((word) => {
    if (!UNSPACED.test(word)) return [word]
    const letters = [...word]
    return letters.length < 2 ? letters : letters.slice(1).map((letter, i) => letters[i] + letter)
  })
}

const countWords = (text) => tokens(text).length

function detectLanguage(words) {
  const sample = words.slice(0, 3000).map((word) => word.toLowerCase())
  let best = { language: 'other', hits: sample.length * 0.15 }
  for (const [language, stops] of Object.entries(stopSets)) {
    const hits = sample.filter((word) => stops.has(word)).length
    if (hits > best.hits) best = { language, hits }
  }
  return best.language
}

/** In a language without a list: its most frequent short words say little. */
function frequentWords(words) {
  const counts = new Map()
  for (const word of words) {
    const lower = word.toLowerCase()
    if (lower.length <= 4 && !UNSPACED.test(lower)) counts.set(lower, (counts.get(lower) ?? 0) + 1)
  }
  const floor = Math.max(3, words.length * 0.008)
  return new Set([...counts].filter(([, count]) => count >= floor).map(([word]) => word))
}

/** The same for the forms of one word, nearly. */
function stem(word, language) {
  let lower = word.toLowerCase().replace(/['’]s?$/, '')
  if (language === 'de') {
    lower = lower
      .normalize('NFD')
      .replace(/\u0308/g, '')
      .normalize('NFC')
      .replace('ß', 'ss')
    return lower.length > 5 ? lower.replace(/(ern|em|en|er|es|e|n|s)$/, '') : lower
  }
  if (language === 'en') {
    if (lower.length > 4)
      lower = lower
        .replace(/ies$/, 'y')
        .replace(/(ss|sh|ch|x)es$/, '$1')
        .replace(/([^su])s$/, '$1')
    if (lower.length > 6) lower = lower.replace(/(ing|edly|ed|ly)$/, '')
    return lower.length > 4 ? lower.replace(/e$/, '') : lower
  }
  return lower.length > 5 ? lower.replace(/(es|s|e|a|o|i)$/, '') : lower
}

/* ---------- ranking ---------- */

function digest({ name, text }, wanted, progress) {
  const blocks = blocksOf(text)
  const sample = tokens(text.slice(0, 30_000))
  const language = detectLanguage(sample)
  const stops = stopSets[language] ?? frequentWords(sample)
  const stemOf = createStemmer(language, stops)
  progress(0.1, 'Counting the words')
  const about = survey(blocks, language, stemOf)
  progress(0.4, 'Weighing the sentences')
  const ranked = preselect(blocks, language, stemOf, about)
  if (ranked.length === 0) throw new Error(`${name} has no whole sentences to choose from. Add running text.`)
  progress(0.6, 'Comparing the sentences')
  const likeness = compareAll(ranked)
  progress(0.75, 'Choosing the points')
  rank(ranked, likeness)
  const usual = Math.max(3, Math.min(10, Math.round(Math.sqrt(about.usable) * 0.9)))
  const chosen = choose(ranked, likeness, Math.min(wanted ?? usual, Math.ceil(about.usable * 0.7)))
  progress(0.85, 'Looking for key phrases')
  const phrases = keyPhrases(blocks, stemOf)
  const outline = outlineOf(blocks)
  const minutes = Math.max(1, Math.round(about.words / WORDS_A_MINUTE))
  const first = chosen.reduce((best, one) => (one.score > best.score ? one : best))
  const points = chosen.sort((a, b) => a.order - b.order).map((one) => shorten(one.text, 1000))
  const size = `${group(about.words)} words, about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} to read`
  const headings = blocks.filter(({ kind }) => kind === 'heading').length
  return {
    name,
    summary: `${points.length} key ${points.length === 1 ? 'point' : 'points'} from ${name} (${size}). Above all: ${shorten(first.text, 400)}`,
    parts: [
      { kind: 'list', title: 'Key points', items: points },
      ...(phrases.length > 0 ? [{ kind: 'list', title: 'Key phrases', items: phrases }] : []),
      ...(outline.length > 1 ? [{ kind: 'list', title: 'Outline', items: outline }] : []),
      {
        kind: 'table',
        title: 'Length',
        columns: ['Words', 'Sentences', 'Paragraphs', 'Headings', 'Reading time (minutes)', 'Language'],
        rows: [
          [
            about.words,
            about.sentences,
            blocks.length - headings,
            headings,
            minutes,
            languages[language] ?? 'not known'
          ]
        ]
      }
    ]
  }
}

const languages = { en: 'English', de: 'German', fr: 'French', es: 'Spanish', it: 'Italian' }

const saysSomething = (word, stops) =>
  !stops.has(word.toLowerCase()) &&
  (word.length > 2 || UNSPACED.test(word) || /^\p{Lu}{2}$/u.test(word)) &&
  !/^[\d.,'’-]+$/.test(word)

/** Gives a word's stem, or null when the word says nothing. Remembers: a text has few words, many times. */
function createStemmer(language, stops) {
  const known = new Map()
  return (word) => {
    let found = known.get(word)
    if (found === undefined) {
      found = saysSomething(word, stops) ? stem(word, language) : null
      if (known.size < MAX_KNOWN) known.set(word, found)
    }
    return found
  }
}

function stemsOf(words, stemOf) {
  const stems = []
  for (const word of words) {
    const one = stemOf(word)
    if (one !== null) stems.push(one)
  }
  return stems
}

/** Goes through all sentences with their place; nothing is kept, so that a book fits into memory. */
function eachSentence(blocks, language, visit) {
  let order = 0
  let section = 0
  let paragraph = 0
  for (const { kind, text } of blocks) {
    if (kind === 'heading') {
      section++
      paragraph = 0
      continue
    }
    for (const [i, sentence] of sentencesOf(text, language).entries()) {
      order++
      visit({
        text: sentence,
        words: tokens(sentence),
        order,
        section,
        paragraph,
        opens: i === 0,
        item: kind === 'item'
      })
    }
    paragraph++
  }
}

/** Long enough to say something, short enough to be a point. */
const isUsable = (words, stems) => words.length >= 5 && words.length <= 90 && stems.length >= 3

/** How many words and sentences there are, and in how many sentences each stem is. */
function survey(blocks, language, stemOf) {
  const about = { words: 0, sentences: 0, usable: 0, found: new Map() }
  for (const { kind, text } of blocks) if (kind === 'heading') about.words += countWords(text)
  eachSentence(blocks, language, ({ words }) => {
    about.words += words.length
    about.sentences++
    const stems = stemsOf(words, stemOf)
    if (!isUsable(words, stems)) return
    about.usable++
    for (const one of new Set(stems)) about.found.set(one, (about.found.get(one) ?? 0) + 1)
  })
  return about
}

/**
 * The sentences that are nearest to what the text is about, in their order; only these are compared with each other.
 * Each gets its vector: TF-IDF over sentences, where words of one sentence only count half.
 */
function preselect(blocks, language, stemOf, about) {
  const weight = (one) => {
    const count = about.found.get(one) ?? 1
    return Math.log(1 + about.usable / count) * (count === 1 ? 0.5 : 1)
  }
  const titles = new Set(
    blocks.filter(({ kind }) => kind === 'heading').flatMap(({ text }) => stemsOf(tokens(text), stemOf))
  )
  const seen = new Set()
  let kept = []
  const trim = () => {
    kept = kept.sort((a, b) => b.closeness - a.closeness || a.order - b.order).slice(0, MAX_RANKED)
  }
  eachSentence(blocks, language, (sentence) => {
    const stems = stemsOf(sentence.words, stemOf)
    if (!isUsable(sentence.words, stems)) return
    const key = stems.join(' ')
    if (seen.has(key)) return
    if (seen.size < 20_000) seen.add(key)
    const counts = new Map()
    for (const one of stems) counts.set(one, (counts.get(one) ?? 0) + 1)
    let norm = 0
    let closeness = 0
    const vector = [...counts].map(([one, count]) => {
      const value = (1 + Math.log(count)) * weight(one)
      norm += value * value
      closeness += value * about.found.get(one) * weight(one)
      return [one, value]
    })
    const value = prior({ ...sentence, stems, length: sentence.words.length }, about.usable, titles)
    norm = Math.sqrt(norm)
    const { text, order, section } = sentence
    kept.push({ text, order, section, vector, norm, prior: value, closeness: (closeness / norm) * value })
    if (kept.length >= 3 * MAX_RANKED) trim()
  })
  trim()
  return kept.sort((a, b) => a.order - b.order)
}

const cues =
  /\b(in summary|in conclusion|to conclude|overall|in short|the key|the main|most importantly|importantly|significant(ly)?|crucial(ly)?|essential(ly)?|as a result|therefore|we (show|find|found|propose|conclude|recommend|decided)|decided|the aim|the goal|the purpose|this (paper|report|study|article)|results? (show|suggest)|evidence|recommend|zusammenfassend|insgesamt|entscheidend|wesentlich|wichtig(ste[nr]?)?|daher|deshalb|folglich|ergebnis(se)?|ziel|fazit|schlussfolgerung|empfehlen|beschlossen|en résumé|en conclusion|important|essentiel|en resumen|en conclusión|importante)\b/i
const weakStart =
  /^(and|but|or|so|yet|this|that|these|those|it|he|she|they|here|there|such|then|also|however|moreover|furthermore|for example|for instance|und|aber|oder|doch|so|dies|diese[rsnm]?|das|es|er|sie|hier|dann|auch|dabei|dazu|damit|außerdem|zum beispiel)\b/i

/** How much a sentence's place and form speak for it, around 1. */
function prior(sentence, total, titleStems) {
  const { text, stems, length, opens, paragraph, order, item } = sentence
  let value = 1
  if (opens) value *= 1.12
  if (paragraph === 0 && opens) value *= 1.12
  if (order <= 2 && total > 8) value *= 1.05
  if (cues.test(text)) value *= 1.2
  const titled = stems.filter((one) => titleStems.has(one)).length
  value *= 1 + Math.min(0.3, 0.08 * titled)
  if (weakStart.test(text)) value *= 0.8
  if (/[?]["'”’»)]*$/.test(text)) value *= 0.6
  if (/^["“„«‘]/.test(text)) value *= 0.8
  if (/https?:\/\/|www\./.test(text)) value *= 0.7
  if (item) value *= 0.95
  if (length < 8) value *= 0.75
  if (length > 40) value *= 0.85
  if (length > 60) value *= 0.7
  if ((text.match(/\d/g) ?? []).length > text.length * 0.2) value *= 0.6
  return value
}

/** Cosines of all pairs, row by row. */
function compareAll(sentences) {
  const n = sentences.length
  const likeness = new Float64Array(n * n)
  const byStem = new Map()
  for (const [i, { vector, norm }] of sentences.entries()) {
    for (const [one, value] of vector) {
      let list = byStem.get(one)
      if (list === undefined) byStem.set(one, (list = []))
      for (const [j, other] of list) {
        const product = (value * other) / norm
        likeness[i * n + j] += product
        likeness[j * n + i] += product
      }
      list.push([i, value / norm])
    }
  }
  return likeness
}

/** PageRank over the graph of likeness, with the prior as the place where the walk starts anew. */
function rank(sentences, likeness) {
  const n = sentences.length
  const priors = sentences.map(({ prior: value }) => value)
  const all = priors.reduce((sum, value) => sum + value, 0)
  const outgoing = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) outgoing[i] += likeness[i * n + j]
  let scores = Float64Array.from(priors, (value) => value / all)
  for (let round = 0; round < 30; round++) {
    const next = Float64Array.from(priors, (value) => (0.2 * value) / all)
    for (let i = 0; i < n; i++) {
      const share = outgoing[i] > 0 ? (0.8 * scores[i]) / outgoing[i] : 0
      if (share === 0) continue
      for (let j = 0; j < n; j++) next[j] += share * likeness[i * n + j]
    }
    let moved = 0
    for (let i = 0; i < n; i++) moved += Math.abs(next[i] - scores[i])
    scores = next
    if (moved < 1e-6) break
  }
  let best = 0
  for (let i = 0; i < n; i++) {
    sentences[i].score = scores[i] * priors[i]
    best = Math.max(best, sentences[i].score)
  }
  for (const sentence of sentences) sentence.score /= best || 1
}

/** Maximal marginal relevance: what scores high and is not said yet. A section is not heard too often. */
function choose(sentences, likeness, most) {
  const n = sentences.length
  const left = new Set(sentences.keys())
  const chosen = []
  const heard = new Map()
  while (chosen.length < most && left.size > 0) {
    let best = -1
    let bestValue = -Infinity
    for (const i of left) {
      const said = chosen.reduce((top, j) => Math.max(top, likeness[i * n + j]), 0)
      if (said > 0.6) continue
      const value = 0.7 * sentences[i].score - 0.3 * said - 0.06 * (heard.get(sentences[i].section) ?? 0)
      if (value > bestValue) {
        best = i
        bestValue = value
      }
    }
    if (best < 0) break
    left.delete(best)
    chosen.push(best)
    heard.set(sentences[best].section, (heard.get(sentences[best].section) ?? 0) + 1)
  }
  return chosen.map((i) => sentences[i])
}

/* ---------- phrases and outline ---------- */

/** Runs of one to four words that say something, scored by how often and with how many others they come. */
function keyPhrases(blocks, stemOf) {
  const phrases = new Map()
  const single = new Map()

  function count(counts, key, form, neighbours) {
    const entry = counts.get(key)
    if (entry === undefined) {
      counts.set(key, { stems: key.split(' '), count: 1, neighbours, form, lead: 1 })
      if (counts.size > MAX_PHRASES) forgetRare(counts)
      return
    }
    entry.count++
    entry.neighbours += neighbours
    // the form that most share (Boyer and Moore's vote)
    if (entry.form === form) entry.lead++
    else if (--entry.lead < 0) Object.assign(entry, { form, lead: 1 })
  }

  function add(words, stems) {
    if (words.length === 0 || words.length > 4) return
    for (const [i, one] of stems.entries()) count(single, one, words[i], stems.length - 1)
    if (stems.length > 1) count(phrases, stems.join(' '), words.join(' '), 0)
  }

  for (const { text } of blocks) {
    for (const piece of text.split(/[.,;:!?…()[\]{}"“”„«»—–|/]+|\s-\s/)) {
      let words = []
      let stems = []
      for (const word of piece.match(WORD) ?? []) {
        const one = stemOf(word)
        if (one !== null && !UNSPACED.test(word)) {
          words.push(word)
          stems.push(one)
        } else {
          add(words, stems)
          words = []
          stems = []
        }
      }
      add(words, stems)
    }
  }

  const meaning = (one) => {
    const entry = single.get(one)
    return entry === undefined ? 1 : 1 + entry.neighbours / entry.count
  }
  const scored = [
    ...[...phrases.values()].filter((one) => one.count >= 2),
    ...[...single.values()].filter((one) => one.count >= 3)
  ]
    .map((phrase) => {
      const mean = phrase.stems.reduce((sum, one) => sum + meaning(one), 0) / phrase.stems.length
      return { ...phrase, score: phrase.count * phrase.stems.length * Math.sqrt(mean) }
    })
    .sort((a, b) => b.score - a.score || (a.stems.join(' ') < b.stems.join(' ') ? -1 : 1))
  const shown = []
  for (const phrase of scored) {
    // "trust" says nothing more next to "trust graph"
    if (shown.some(({ stems }) => phrase.stems.every((one) => stems.includes(one)))) continue
    shown.push(phrase)
    if (shown.length === 10) break
  }
  return shown.map(({ form, count: times }) => `${form.slice(0, 120)} (${times}×)`)
}

/** Phrases that came once only, so far, when there are too many to keep. */
function forgetRare(counts) {
  for (const [key, { count }] of counts) if (count === 1) counts.delete(key)
}

function outlineOf(blocks) {
  const headings = blocks.filter(({ kind }) => kind === 'heading')
  const levels = [...new Set(headings.map(({ level }) => level))].sort((a, b) => a - b)
  return headings.slice(0, 60).map(({ text, level }) => `${'– '.repeat(levels.indexOf(level))}${shorten(text, 200)}`)
}

const group = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

function shorten(text, most) {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), most / 2))}…`
}
