import { it } from 'vitest'
import { builtInSkills } from './skills.ts'
import { samples } from './samples.ts'
import { programRun, runHere } from './testing/run-program.ts'
const skills = new Map((await builtInSkills()).map((s) => [s.capability.id, s]))
const go = async (skill: string, goal: string, files: any[], n = 500) => { const s = skills.get(skill)!; const t = performance.now(); try { const r = await runHere(programRun(s.source, { limits: s.capability.limits, input: { goal, files } })); console.log('>>', goal, (performance.now()-t).toFixed(), '|', r.summary, '\n', JSON.stringify(r.parts).slice(0,n)) } catch (e) { console.log('>>', goal, (performance.now()-t).toFixed(), '|', String(e)) } }
const f = (text: string, name='a.csv', type='') => ({ name, type, text })
let seed=1; const rnd=()=> (seed = (seed*16807)%2147483647)/2147483647
it('x', async () => {
  const wide = ['h'+Array.from({length:200},(_, i)=>i).join(',h')]; while (wide.length*400 < 8e6) wide.push(Array.from({length:200},()=>Math.floor(rnd()*10)).join(','))
  await go('csv-statistics', 'wide', [f(wide.join('\n'))], 200)
  const one = ['n']; for (let i=0;i<2e6;i++) one.push(String(Math.floor(rnd()*900)))
  await go('csv-statistics', 'one', [f(one.join('\n'))], 200)
  const text = [Array.from({length:20},(_, i)=>'t'+i).join(',')]; let n=0; while (n < 7.5e6) { const r = Array.from({length:20},()=>'€'+rnd().toString(36).slice(2,8)).join(','); n += r.length+1+40; text.push(r) }
  await go('csv-statistics', 'text', [f(text.join('\n'))], 200)
  const quoted = ['a,b,c']; n=0; while (n < 8e6) { const r = `"${rnd()}","x ""y"" ${Math.floor(rnd()*9)}","2024-01-0${1+Math.floor(rnd()*9)}"`; n+=r.length+1; quoted.push(r) }
  await go('csv-statistics', 'quoted', [f(quoted.join('\r\n'))], 200)
  await go('csv-statistics', 'unclosed', [f('a,b\n'+'"x,1\ny",2\n"z,3\n'.repeat(200000))], 200)
  await go('csv-statistics', 'quotes only', [f('"'.repeat(4e6))], 200)
  await go('csv-statistics', 'commas only', [f(','.repeat(1e6))], 200)
  await go('csv-statistics', 'one line', [f('"a",'.repeat(1e6))], 200)
  const words = Array.from({length: 3000}, () => rnd().toString(36).slice(2, 4+Math.floor(rnd()*8)).replace(/\d/g,'e'))
  let book=''; const parts=[]; n=0; while (n<3.9e6) { const s = Array.from({length: 6+Math.floor(rnd()*20)}, () => words[Math.floor(rnd()*rnd()*3000)]).join(' '); const t = s[0]!.toUpperCase()+s.slice(1)+(rnd()<.1?'.\n\n':'. '); n+=t.length; parts.push(t) }
  await go('key-points', 'book', [f(parts.join(''), 'book.txt')], 300)
  await go('key-points', 'no ends', [f('word '.repeat(8e5), 'book.txt')], 300)
  await go('key-points', 'five points', samples[1]!.files, 3000)
  await go('javascript', 'json', [f('x=>x','function.js'), f('{\n"a": 1,\n}','x.json')])
  const s = samples[2]!; await go('javascript', s.goal, s.files, 1000)
}, 200000)
