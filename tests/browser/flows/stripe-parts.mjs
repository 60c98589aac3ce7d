import assert from 'node:assert/strict'
import { button, heading, link, openSection, somebody } from '../steps.mjs'
import { ask, charged, choosePlace, connect, disconnect, forgiveRefusals, openCards, payByForm, shop } from '../stripe.mjs'

export const title = 'A visitor pays in two parts by card, the second one early and with another card'

export default async function (visit) {
  const { page, inspect, base } = visit
  await openCards(visit)
  const keys = await connect(visit)
  await choosePlace(visit, /On your own page/)
  const name = `Manuscript review ${Date.now()}`
  await openSection(page, 'Offers')
  await link(page, 'New product').click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('textbox', { name: 'Price', exact: true }).fill('300')
  const fold = page.locator('summary', { hasText: /parts|deposit/i })
  if (!(await page.getByLabel('Equal parts').isVisible()) && (await fold.count())) await fold.first().click()
  await page.getByLabel('Equal parts').fill('2')
  await button(page, 'Save').click()
  await page.getByText(`${name} is saved.`).waitFor()

  const guest = await visit.another()
  const person = somebody('Yara Osei')
  await guest.goto(`${base}${shop}/buy`)
  await link(guest, `Choose ${name}`).click()
  await guest.getByLabel('Name', { exact: true }).first().fill(person.name)
  await guest.getByLabel('Email', { exact: true }).first().fill(person.email)
  await guest.getByRole('radio', { name: /^2 payments/ }).check()
  await guest.getByRole('button', { name: /^Order and pay \$150/ }).click()
  await payByForm(guest, '4242424242424242')
  await guest.getByRole('heading', { level: 1, name: /first part|paid/i }).waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 1, sum: 15000 })
  await inspect('part-paid', guest)

  await button(guest, 'Pay $150.00 now').click()
  await heading(guest, 'Pay').waitFor()
  await payByForm(guest, '4000000000000002')
  await guest.getByRole('alert').getByText(/declined/).waitFor()
  await payByForm(guest, '5555555555554444')
  await heading(guest, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 2, sum: 30000 })
  await ask('POST', '_double/webhooks/settle')
  forgiveRefusals(visit)
  await disconnect(visit)
}
