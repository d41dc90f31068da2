/**
 * Whether a text is in the language that the sentence model knows, which is English. Of another it makes vectors that mean
 * something else: then words and tags are looked at alone.
 */

/** Small words that are common in one language and none in English. */
const FOREIGN = new Set(
  (
    // German
    'aber alle auch auf aus bei bitte brauche das dass dem den der des dich dieser diese dieses durch ein eine einem einen einer eines ' +
    'euch für gesucht habe haben hat hilfe ich ihr ihre im ist jemand jemanden kann kein können mein meine meinem meinen meiner mir mit ' +
    'möchte nach nicht noch oder schon sein sich sie sind suche über und uns unser unter viel vom von wer werden wie wir wird wo zu zum zur ' +
    // French
    'au aux avec ce cette ces chez comment dans des du elle est et être je la le les leur ma mes mon nous où par pas pour quel quelle quelqu ' +
    'qui sa sans ses sont sur une veux vous ' +
    // Spanish and Portuguese
    'al alguien con cómo cuál del el ella em esta este estos hay las los mi mis muy necesito não nuestra para pero por puede que quiero quién ' +
    'se según ser su sus também um uma una unas unos você y ' +
    // Italian and Dutch
    'che chi come dalla degli della delle di gli il lo mia mio nel nella non per più questo sono sul un voglio een het ik iemand kan mijn met ' +
    'naar niet voor wie zijn'
  ).split(' ')
)
const ENGLISH = new Set(
  (
    'a about all am an and any anyone are as at be been but by can could do does for from get had has have help how i if in into is it its me ' +
    'my need no not of off on one or our out please she should so some somebody someone than that the their them there they this to up us ' +
    'want was we what when where which who will with would you your'
  ).split(' ')
)
const LETTERS = /\p{L}/gu
const LATIN = /\p{Script=Latin}/gu

/** @returns false where it looks like another language; what can't be told is taken for English */
export function looksEnglish(text: string): boolean {
  const letters = text.match(LETTERS)?.length ?? 0
  const latin = text.match(LATIN)?.length ?? 0
  if (letters - latin > letters / 4) return false
  let [english, foreign] = [0, 0]
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    if (ENGLISH.has(word)) english++
    else if (FOREIGN.has(word)) foreign++
  }
  return foreign <= english
}
