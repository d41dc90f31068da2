/**
 * Tasks to try at once, one for each built-in skill, with files that are made up but true to life. Loaded by the
 * home screen when it is shown.
 */
export interface Sample {
  /** the skill that it is for */
  skill: string
  title: string
  goal: string
  files: Array<{ name: string; type: string; text: string }>
}

/** Eight weeks of a café: takings rise with the sun, and two temperatures are missing. */
const cafe = `date,weekday,weather,temperature,visitors,coffees,cakes,ice creams,takings
2025-03-03,Monday,sunny,13.9,193,121,53,33,797.06
2025-03-04,Tuesday,cloudy,11.3,152,95,42,15,635.40
2025-03-05,Wednesday,sunny,13.2,194,135,53,31,893.52
2025-03-06,Thursday,sunny,13.8,173,109,46,25,737.86
2025-03-07,Friday,sunny,11.1,168,109,41,19,660.50
2025-03-08,Saturday,sunny,12.6,250,161,70,37,1056.38
2025-03-09,Sunday,rain,7.6,145,108,46,5,662.63
2025-03-10,Monday,sunny,14.4,180,118,46,36,782.80
2025-03-11,Tuesday,sunny,12.4,161,107,43,26,707.38
2025-03-12,Wednesday,cloudy,9.4,141,97,40,12,612.29
2025-03-13,Thursday,sunny,13.4,164,115,44,30,735.38
2025-03-14,Friday,cloudy,13.0,153,97,38,20,635.86
2025-03-15,Saturday,sunny,14.4,276,190,77,42,1230.29
2025-03-16,Sunday,rain,10.4,136,98,37,13,611.58
2025-03-17,Monday,rain,9.8,112,80,32,8,490.99
2025-03-18,Tuesday,sunny,16.6,184,120,60,43,879.22
2025-03-19,Wednesday,cloudy,10.3,137,86,42,15,597.04
2025-03-20,Thursday,rain,,112,79,28,6,448.26
2025-03-21,Friday,sunny,16.1,191,119,48,34,773.41
2025-03-22,Saturday,sunny,18.8,277,185,73,66,1240.27
2025-03-23,Sunday,sunny,17.9,287,201,81,73,1328.29
2025-03-24,Monday,sunny,15.2,189,130,46,33,847.22
2025-03-25,Tuesday,cloudy,14.2,164,102,54,30,756.68
2025-03-26,Wednesday,cloudy,13.1,162,103,47,28,720.26
2025-03-27,Thursday,sunny,16.8,204,143,64,55,1024.18
2025-03-28,Friday,cloudy,13.8,165,107,40,23,669.13
2025-03-29,Saturday,sunny,15.2,241,158,79,57,1176.95
2025-03-30,Sunday,sunny,17.0,278,177,82,59,1279.99
2025-03-31,Monday,rain,9.2,108,83,32,6,504.28
2025-04-01,Tuesday,rain,11.6,95,67,26,13,430.32
2025-04-02,Wednesday,rain,10.5,113,88,29,12,500.51
2025-04-03,Thursday,sunny,19.9,177,112,58,60,880.10
2025-04-04,Friday,sunny,16.8,182,113,54,51,840.05
2025-04-05,Saturday,rain,9.3,164,126,43,10,714.01
2025-04-06,Sunday,sunny,16.9,265,173,85,53,1211.83
2025-04-07,Monday,cloudy,12.1,138,90,39,21,599.52
2025-04-08,Tuesday,cloudy,17.0,157,100,49,30,691.72
2025-04-09,Wednesday,cloudy,15.1,140,90,41,28,637.14
2025-04-10,Thursday,sunny,17.5,182,117,52,50,844.67
2025-04-11,Friday,rain,14.7,104,78,30,20,504.41
2025-04-12,Saturday,cloudy,,221,154,70,42,1073.47
2025-04-13,Sunday,sunny,15.5,257,177,64,45,1119.99
2025-04-14,Monday,sunny,19.3,192,129,62,62,939.70
2025-04-15,Tuesday,cloudy,15.9,150,104,39,38,715.26
2025-04-16,Wednesday,sunny,14.7,183,126,51,30,819.11
2025-04-17,Thursday,sunny,20.2,198,134,57,49,922.86
2025-04-18,Friday,sunny,18.8,200,132,66,46,968.30
2025-04-19,Saturday,rain,15.5,168,117,44,39,753.83
2025-04-20,Sunday,cloudy,19.7,223,143,72,57,1058.47
2025-04-21,Monday,cloudy,17.8,159,107,39,40,735.96
2025-04-22,Tuesday,cloudy,17.7,152,105,48,32,720.09
2025-04-23,Wednesday,sunny,17.2,176,113,51,37,773.89
2025-04-24,Thursday,sunny,21.1,193,123,52,59,905.27
2025-04-25,Friday,sunny,20.0,188,122,49,46,811.67
2025-04-26,Saturday,cloudy,17.2,227,149,57,65,1055.07
2025-04-27,Sunday,cloudy,15.3,226,147,68,46,1057.41
`

const library = `# The library that stayed open

When the town council of Harrow Bridge met in the autumn of 2019, the closure of the public library was the ninth item on the agenda and was expected to take ten minutes. The building needed a new roof, visits had fallen by a third in six years, and the money for culture had been cut for the third time in a row. By the end of the evening the council had not closed the library. It had given a group of residents two years to show that the library could be run in another way, on a budget that was forty per cent smaller.

## What was tried

The residents began by asking people why they had stopped coming. They expected to hear that everybody reads on screens now. Instead, the most common answer in 1,140 questionnaires was the opening hours: the library closed at five, and most people in Harrow Bridge work in the city and come home after six. The second most common answer was that there was nowhere to sit and talk. Only one person in eleven said that they had no need for books.

So the group changed the hours first. With a card that opens the door and a camera in the entrance, the library now opens from seven in the morning until ten at night, and for most of that time there are no staff in the building. Dr. Amina Osei, who had led a similar trial in Denmark, warned that the first month decides whether an unstaffed library works, because people look after a place if they see others doing so. Volunteers were therefore present every evening for the first six weeks, not to watch but to make tea.

The second change was what the building is for. Half of the reference section, which nobody had used in years, gave way to large tables. A repair café meets there on Tuesdays, a homework club on weekdays after school, and the town's only free legal advice session on the first Thursday of the month. Books are still at the centre: the budget for new ones was the only item that was not cut.

## What it cost

The new roof was paid for by a lottery grant of £180,000, and without it the trial could not have begun. The door system cost £14,500 and about £900 a year to maintain. Savings came almost entirely from staff hours, which fell from 210 to 126 a week. No one was dismissed, but two people who retired were not replaced, and the remaining librarians say openly that their work has become harder: they do in four days what took six.

Running costs fell by 38 per cent, a little less than had been promised. Heating for fifteen hours a day instead of eight ate up a part of the savings, until a sensor was fitted that lowers the temperature when nobody is in the room.

## What came of it

Visits doubled within eighteen months, from 41,000 to 86,000 a year, and nearly half of them now fall outside the hours when staff are present. Loans of books grew much less, by 12 per cent, which suggests that many people come for the tables, the warmth and each other. Thefts were feared and did not happen: 31 books went missing in the first year, fewer than in the year before. There were four incidents that needed the police, three of them in the same week and caused by the same person.

The results are not the same for everybody. Visits by people over seventy fell by 9 per cent in the first year, because many of them did not want to come when there were no staff, or did not manage to use the card. A fixed staffed morning on Wednesdays, with help for those who want it, brought most of them back. Families with small children gained most: their visits tripled.

## What others can learn

The council made the arrangement permanent in 2022, and eleven towns have since sent people to look at it. The librarians tell them three things. First, ask those who do not come, because those who do will only tell you what they like. Second, an open library needs more trust and more people at the start, not fewer, and a town that only wants to save on staff should not begin. Third, decide beforehand what would count as failure. Harrow Bridge had agreed to close the library if visits fell below 35,000 in the first year, and this clear line, the group says, is what made the sceptics on the council willing to wait.

Whether the model works in a large city is an open question. A town of 19,000 people knows its own, and a stranger at the tables is noticed within minutes. Two districts of Leeds began a trial last spring; the figures are expected in the autumn.
`

const fines = `// What does each reader owe, and who has had a book for too long?
const PENCE_A_DAY = 15
const MOST = 800

function run(loans) {
  const today = new Date('2025-06-30')
  const readers = Object.groupBy(loans, ({ reader }) => reader)
  const table = Object.entries(readers).map(([reader, books]) => {
    const days = books.map(({ due }) => Math.max(0, (today - new Date(due)) / 86400000))
    const fine = days.reduce((sum, late) => sum + Math.min(MOST, late * PENCE_A_DAY), 0)
    return { reader, books: books.length, late: days.filter((d) => d > 0).length, fine: fine / 100 }
  })
  console.log(\`\${table.filter(({ late }) => late > 0).length} of \${table.length} readers have a book that is late\`)
  return table.sort((a, b) => b.fine - a.fine)
}
`

const loans = `[
  {"reader": "Ada", "title": "The Left Hand of Darkness", "due": "2025-06-11"},
  {"reader": "Farah", "title": "Middlemarch", "due": "2025-06-02"},
  {"reader": "Esme", "title": "Beloved", "due": "2025-07-04"},
  {"reader": "Esme", "title": "The Dispossessed", "due": "2025-07-06"},
  {"reader": "Dmitri", "title": "Emma", "due": "2025-07-05"},
  {"reader": "Chiara", "title": "Things Fall Apart", "due": "2025-07-06"},
  {"reader": "Chiara", "title": "A Room of One’s Own", "due": "2025-06-30"},
  {"reader": "Bilal", "title": "Invisible Cities", "due": "2025-07-08"},
  {"reader": "Ada", "title": "The Waves", "due": "2025-06-15"},
  {"reader": "Ada", "title": "Silent Spring", "due": "2025-06-12"},
  {"reader": "Farah", "title": "The Trial", "due": "2025-05-24"},
  {"reader": "Esme", "title": "Persuasion", "due": "2025-07-10"},
  {"reader": "Esme", "title": "Kindred", "due": "2025-07-12"},
  {"reader": "Dmitri", "title": "Giovanni’s Room", "due": "2025-05-21"},
  {"reader": "Chiara", "title": "The Odyssey", "due": "2025-05-25"},
  {"reader": "Chiara", "title": "North and South", "due": "2025-06-30"}
]
`

export const samples: Sample[] = [
  {
    skill: 'csv-statistics',
    title: 'Make sense of a table',
    goal: 'Statistics of this CSV file, with a chart of the takings over time',
    files: [{ name: 'café.csv', type: 'text/csv', text: cafe }]
  },
  {
    skill: 'key-points',
    title: 'Get the gist of a long text',
    goal: 'The five key points of this article',
    files: [{ name: 'library.md', type: 'text/markdown', text: library }]
  },
  {
    skill: 'javascript',
    title: 'Run a function over data',
    goal: 'Run my JavaScript function over this JSON: who owes the library how much?',
    files: [
      { name: 'function.js', type: 'text/javascript', text: fines },
      { name: 'loans.json', type: 'application/json', text: loans }
    ]
  }
]
