import assert from 'node:assert/strict'
import { button, eventually, heading, link, openMail, openSection, somebody } from '../steps.mjs'
import { ask, charged, choosePlace, connect, disconnect, double, openCards, order, payByForm, shop } from '../stripe.mjs'

export const title = 'A visitor buys a plan through Stripe, on its page and in the card form, and finds it in their own area'

const password = 'seven quiet lighthouses'

/** The subscription behind the link of its mail. */
async function fromMail(visit, person) {
  const { page } = visit
  await openMail(visit, person.email, /^Your plan/)
  await page.goto(await page.frameLocator('iframe').getByRole('link', { name: 'See your subscription' }).getAttribute('href'))
}

async function register(visit, person) {
  const { page, open } = visit
  await open(shop)
  await link(page, 'Sign in').click()
  await link(page, 'Create one').click()
  await page.getByLabel('Name').fill(person.name)
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password').fill(password)
  await button(page, 'Create account').click()
  await openMail(visit, person.email, /^Confirm your address/)
  const confirm = page.frameLocator('iframe').getByRole('link', { name: 'Confirm my address' })
  await page.goto(await confirm.getAttribute('href'))
  const asked = page.getByLabel('Password')
  if (await asked.isVisible()) await asked.fill(password)
  await button(page, 'Confirm').click()
  await page.getByText('Your address is confirmed.').waitFor()
}

export default async function (visit) {
  const { page, inspect, base } = visit
  await openCards(visit)
  const keys = await connect(visit)
  await choosePlace(visit, /On Stripe’s page/)
  const name = `Writers’ room ${Date.now()}`
  await openSection(page, 'Offers')
  await link(page, 'New plan').click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('textbox', { name: 'Price', exact: true }).fill('49')
  await button(page, 'Save').click()
  await page.getByText(`${name} is saved.`).waitFor()
  await page.goto(`${base}${shop}/buy`)
  const slug = (await link(page, `Choose ${name}`).getAttribute('href')).split('/').pop()

  // On Stripe's page: Stripe renews it.
  const guest = await visit.another()
  const theirs = { ...visit, page: guest, open: (path) => guest.goto(base + path) }
  const person = somebody('Nora Lindqvist')
  await order(guest, base, slug, person)
  await guest.waitForURL((url) => url.href.startsWith(`${double}/c/pay/`))
  await guest.locator('#pay-visa').click()
  await heading(guest, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 1, sum: 4900 })
  const subscriptions = await ask('GET', 'v1/subscriptions', {}, keys.secret)
  assert.equal(subscriptions.data.length, 1)
  await fromMail(theirs, person)
  await heading(guest, name).waitFor()
  await eventually(guest, 'the subscription is well', () => guest.getByText('All is well.').isVisible())
  await guest.getByText('Visa •• 4242').first().waitFor()

  await register(theirs, person)
  await guest.goto(`${base}${shop}/me/subscriptions`)
  await inspect('mine', guest)
  await link(guest, name).first().click()
  await heading(guest, name).waitFor()

  // In the card form: renewed from here, with the card that was saved.
  await choosePlace(visit, /On your own page/)
  const other = somebody('Ivo Petrov')
  const second = await visit.another()
  await order(second, base, slug, other)
  await heading(second, 'Pay').waitFor()
  await payByForm(second, '4000002500003155')
  await second.frameLocator('iframe[title="3-D Secure"]').locator('[id="3ds-complete"]').click()
  await heading(second, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 2, sum: 9800 })
  await fromMail({ ...visit, page: second, open: (path) => second.goto(base + path) }, other)
  await second.getByText('All is well.').waitFor()
  await second.getByText('Visa •• 3155').first().waitFor()

  // Both stand in the studio.
  await page.goto(`${base}${shop}/studio/subscriptions`)
  for (const one of [person, other]) await page.getByRole('row').filter({ hasText: one.name }).filter({ hasText: name }).first().waitFor()
  await inspect('studio')
  await ask('POST', '_double/webhooks/settle')
  await disconnect(visit)
}
