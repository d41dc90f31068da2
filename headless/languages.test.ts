/** Requests in languages that the sentence model does not know are found by tags, with the model and without it. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { LazyEmbedder } from '../src/node/semantic/embedder.ts'
import { createHybridMatcher } from '../src/node/semantic/hybrid.ts'
import { aCapability } from '../src/node/semantic/testing/a-capability.ts'
import { systemClock } from '../src/node/support/clock.ts'
import { createLazyModel } from './lazy-model.ts'
import { loadSentenceModel } from './sentence-model.ts'

const capability = (id: string, name: string, tags: string[]) => aCapability({ id, name, tags, description: name })

/** Offered in English, with tags in other languages. */
const offers = [
  capability('translation', 'Translation of letters', ['translation', 'Übersetzung', 'übersetzen', '翻译']),
  capability('tax', 'Help with tax returns', ['tax', 'Steuererklärung', '报税']),
  capability('recipes', 'Recipes from what is in the fridge', ['recipes', 'Kochrezepte', '食谱', '做饭']),
  capability('bicycles', 'Mending bicycles', ['bicycle', 'Fahrradreparatur', '修自行车']),
  capability('photos', 'Retouching photographs', ['photo', 'Bildbearbeitung', '修图']),
  capability('poems', 'Poems for birthdays', ['poem', 'Geburtstagsgedicht', '生日诗'])
]

const asked = [
  ['请帮我翻译这封信', 'translation'],
  ['我需要报税', 'tax'],
  ['有什么简单的食谱吗？', 'recipes'],
  ['谁会修自行车', 'bicycles'],
  ['我想写一首生日诗', 'poems'],
  ['Kann jemand diesen Brief übersetzen?', 'translation'],
  ['Ich brauche Hilfe bei der Steuererklärung', 'tax'],
  ['Kochrezepte für heute Abend', 'recipes'],
  ['Fahrradreparatur gesucht', 'bicycles'],
  ['ein Geburtstagsgedicht für meine Oma', 'poems']
] as const

let model: LazyEmbedder

/** On a busy machine: compiling and changing the weights takes a second of a processor. */
const LOADING_MS = 60_000

beforeAll(async () => {
  model = createLazyModel(loadSentenceModel)
  await model.embed(['warm'])
}, LOADING_MS)


describe.each([
  ['by words alone', false],
  ['with the sentence model', true]
])('%s', (_, withModel) => {
  test.each(asked)('%s', async (text, id) => {
    const report = (error: unknown) => expect.fail(String(error))
    const matcher = createHybridMatcher({ clock: systemClock, embedder: withModel ? model : null, report })
    for (const offer of offers) matcher.add(offer.id, offer)
    if (withModel) await expect.poll(() => matcher.waiting(), { timeout: 10_000 }).toBe(0)
    expect((await matcher.search(text, 3))[0]?.id).toBe(id)
    matcher.close()
  })
})
