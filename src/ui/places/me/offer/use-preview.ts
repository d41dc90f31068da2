import type { OfferPreview } from '../../../../node/client.ts'
import { useApp, useSnapshot } from '../../../state/app-context.ts'
import type { OfferDraft } from '../../../state/offer-drafts.ts'
import { useLookedUp, type LookedUp } from '../../../state/use-looked-up.ts'
import { offerWords } from './offer-input.ts'

const PAUSE_MS = 300

/** How an offer would be found, asked again a moment after it, the request, or what finds by meaning has changed. */
export function usePreview(draft: OfferDraft, request: string): LookedUp<OfferPreview> {
  const { client } = useApp()
  const { model, late } = useSnapshot()?.status.meaning ?? { model: { is: 'absent' }, late: 0 }
  const words = offerWords(draft)
  const asked = request.trim()
  const question = words.name === '' || words.description === '' ? null : JSON.stringify([words, asked])
  const news = JSON.stringify(model.is === 'ready' && late)
  return useLookedUp(question, PAUSE_MS, () => client.preview(words, asked === '' ? [] : [asked]), news)
}
