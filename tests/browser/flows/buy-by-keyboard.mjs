import assert from 'node:assert/strict'
import { coach, heading, signIn, somebody, tabTo } from '../steps.mjs'

export const title = 'A visitor buys by keyboard alone, with a code whose total is read out'

const focused = (page) => page.evaluate(() => document.activeElement.id)

export default async function (visit) {
  const { page, open, base } = visit
  const person = somebody('Ada Quist')
  const code = `KEYS-${Date.now()}`
  const studio = await visit.another()
  await signIn({ page: studio, open: (path) => studio.goto(base + path) }, coach)
  const made = await studio.evaluate(async (code) => {
    const body = JSON.stringify({ code, bp: 2500 })
    return (await fetch('/api/v1/maya/coupons', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status
  }, code)
  assert.ok(made < 300, `a coupon: ${made}`)

  const press = async (selector, key = 'Enter') => {
    await tabTo(page, selector)
    await page.keyboard.press(key)
  }
  await open('/maya/buy')
  await press('a[href$="/buy/single-session"]')
  await heading(page, 'Single session').waitFor()
  // A region is only read out when it was there before its words.
  const region = page.locator('form [role=status][data-said]')
  assert.equal(await region.textContent(), '')
  await region.evaluate((element) => { element.here = true })
  const above = () => page.locator('#offer').evaluate((element) => element.getBoundingClientRect().top + scrollY)
  const before = await above()

  await tabTo(page, '#f-code')
  await page.keyboard.type('nothing')
  await page.keyboard.press('Enter')
  await page.getByText('There is no such code').first().waitFor()
  assert.equal(await focused(page), 'f-code', 'what is wrong has the focus')
  await page.keyboard.press('Control+A')
  await page.keyboard.type(code.toLowerCase())
  await page.keyboard.press('Enter')
  await page.getByText('−£30.00').waitFor()
  assert.match(await region.textContent(), /To pay now: £90\.00/)
  assert.ok(await region.evaluate((element) => element.here === true), 'the region is the same')
  assert.equal(await focused(page), 'f-code', 'one goes on from where one was')
  assert.equal(await above(), before, 'nothing above moves')

  await tabTo(page, '#f-name')
  await page.keyboard.type(person.name)
  await tabTo(page, '#f-email')
  await page.keyboard.type('wrong')
  await press('.checkout-form button.btn-primary')
  await page.locator('[data-error-summary]:focus').waitFor()
  await press('[data-error-summary] a')
  assert.equal(await focused(page), 'f-email')
  await page.keyboard.press('Control+A')
  await page.keyboard.type(person.email)
  await tabTo(page, 'input[name=method]')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  assert.ok(await page.getByLabel('Card (test mode)').isChecked())
  await press('.checkout-form button.btn-primary')
  await page.getByText('Sandbox: no real money moves').waitFor()
  await press('button[value=pay]')
  await heading(page, 'Thank you, that’s paid').waitFor()
  await page.getByText('£90.00').first().waitFor()
  await tabTo(page, 'a[href$="/receipt.pdf"]')
}
