import assert from 'node:assert/strict'
import { button, coach, fillIn, heading, signIn } from '../steps.mjs'

export const title = 'Names without a space, another script and seven digits stay where they belong, in light and dark'
export const limit = 600_000

// Of another business than the flows beside it, whose pages stay as they are.
const owner = { email: 'jonas@northside.example', password: coach.password }
const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
const script = 'תוכנית אימונים אישית <script>alert(1)</script>'

/** Each amount of a table stands inside of it: what is too long breaks instead. */
async function amountsAreSeen(page) {
  const hidden = await page.evaluate(() => [...document.querySelectorAll('td.num')].filter((cell) => {
    const frame = cell.closest('.table-wrap').getBoundingClientRect()
    const own = cell.getBoundingClientRect()
    return own.width > 1 && own.right > frame.right + 1
  }).map((cell) => cell.textContent.trim()))
  assert.deepEqual(hidden, [], `amounts out of sight on ${page.url()}`)
}

export default async function (visit) {
  const { page, open, inspect, base } = visit
  const mark = `${Date.now()}`.slice(-6)
  const studio = await visit.another()
  await signIn({ page: studio, open: (path) => studio.goto(base + path) }, owner)
  const make = async (kind, body) => {
    const answer = await studio.evaluate(async ([kind, body]) => {
      const call = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
      const answer = await fetch(`/api/v1/northside/${kind}`, call)
      return { status: answer.status, text: await answer.text() }
    }, [kind, body])
    assert.ok(answer.status < 300, answer.text)
  }
  const price = { amount: 99_999_999, currency: 'EUR' }
  const description = `# ${script}\n\n| a | b |\n|---|---|\n| 1 | ${word}${word} |\n\n\`\`\`\n${word}${word}\n\`\`\``
  const instalments = { count: 12, every: 'month' }
  await make('products', { slug: `long-${mark}`, name: `${word} ${mark}`, summary: word, description, price, instalments, status: 'active' })
  await make('plans', { name: `${script} ${mark}`, price, terms: { every: 'month', credits_per_week: 3 }, status: 'active' })
  await make('coupons', { code: `${'W'.repeat(30)}${mark}`, name: word, bp: 1000 })
  await make('vouchers', { amount: price, recipient_name: word, message: script })

  await open('/northside/buy')
  await inspect('offers')
  await open(`/northside/buy/long-${mark}`)
  await inspect('offer')
  await fillIn(page, { name: word, email: `${'n'.repeat(40)}${mark}@${'example'.repeat(6)}.com` })
  await page.getByLabel('Bank transfer').check()
  await button(page, 'Order and pay').click()
  await heading(page, /reserved|pay/i).waitFor()
  await inspect('order')

  await page.context().clearCookies()
  await signIn(visit, owner)
  for (const path of [
    'offers', 'offers?view=table', 'offers/payments', 'offers/taxes', 'offers/settings', 'offers/new/plan', 'coupons', 'coupons/vouchers',
    'orders', 'orders/payouts', 'subscriptions', 'credits', 'payments/stripe', 'payments/stripe/events', 'payments/stripe/audits',
  ]) {
    await open(`/northside/studio/${path}`)
    await amountsAreSeen(page)
    await inspect(`studio-${path.replaceAll(/\W/g, '-')}`)
  }
  await open('/northside/studio/orders')
  await page.locator('tbody a').first().click()
  await heading(page, /^Order/).waitFor()
  await amountsAreSeen(page)
  await inspect('studio-order')
}
