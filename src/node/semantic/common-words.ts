/** Words that say nothing about what somebody wants or offers, English and German. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a about all also am an and any are as at be because been but by can could did do does for from get give had has ' +
    'have how i if in into is it its just like make me my need no not of on one or our out please put run some tell ' +
    'than that the their them then there these they this those to up us use using want was we what when where which ' +
    'who why will with would you your ' +
    'aber als am an auf aus bei bitte das dem den der des die ein eine einem einen einer es für hat ich im in ist kann ' +
    'man mein meine mir mit nach nicht oder sich sie sind und uns von was wie wir zu zum zur'
  ).split(' ')
)
