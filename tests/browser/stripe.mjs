// Steps of the flows in which the business `write-daily` is paid through Stripe; the double of Stripe stands for it, at
// STRIPE_URL. Each run connects an account of its own, and disconnects at its end, so that other flows see no cards.
import assert from 'node:assert/strict'
import { button, coach, eventually, heading, link, openSection } from './steps.mjs'

export const double = process.env.STRIPE_URL
export const shop = '/write-daily'
const owner = { email: 'oren@write-daily.example', password: coach.password }

/** Asks the double; `path` is of its API with a key, or of its control (`_double/…`) without. */
export async function ask(method, path, form = {}, key = undefined) {
  const query = new URLSearchParams(form)
  const headers = key ? { Authorization: `Bearer ${key}` } : {}
  const answer = await fetch(`${double}/${path}${method === 'GET' ? `?${query}` : ''}`, { method, headers, body: method === 'GET' ? undefined : query })
  const body = await answer.json()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(body)}`)
  return body
}

/** Signs the owner in and opens the page of card payments. */
export async function openCards({ page, open }) {
  await open(shop)
  await link(page, 'Sign in').click()
  await page.getByLabel('Email').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await button(page, 'Sign in').click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
  await open(`${shop}/studio`)
  await openSection(page, 'Orders')
  await link(page, 'Ways to pay').click()
  await link(page, 'Card payments').click()
  await heading(page, 'Card payments with Stripe').waitFor()
}

/** A new account at the double with its keys and an endpoint for its events. */
export async function account(base) {
  const name = `Browser${Date.now()}`
  const keys = { secret: `sk_test_${name}`, publishable: `pk_test_${name}` }
  for (const key of Object.values(keys)) await ask('POST', '_double/keys', { key, account: `acct_${name}` })
  const hook = { url: `${base}${shop}/webhooks/stripe`, 'enabled_events[0]': '*' }
  const made = await ask('POST', 'v1/webhook_endpoints', hook, keys.secret)
  return { ...keys, signing: made.secret }
}

/** Types the keys in, on the page of card payments. */
export async function connect({ page, base }) {
  const keys = await account(base)
  const fold = page.locator('summary', { hasText: 'Use other keys' })
  if (await fold.isVisible()) await fold.click()
  await page.getByLabel('Secret or restricted key').fill(keys.secret)
  await page.getByLabel('Publishable key').fill(keys.publishable)
  await page.getByLabel('Signing secret of the webhook').fill(keys.signing)
  await button(page, 'Check and save').click()
  await page.getByText('Your Stripe account is connected.').waitFor()
  return keys
}

/** Where clients pay: `On Stripe’s page` or `On your own page`. */
export async function choosePlace({ page, open }, name) {
  await open(`${shop}/studio/payments/stripe`)
  await page.getByRole('radio', { name }).check()
  await button(page, 'Save changes').click()
  await page.getByText('Saved.', { exact: true }).waitFor()
}

/** Takes the connection away again. */
export async function disconnect({ page, open }) {
  await open(`${shop}/studio/payments/stripe`)
  await button(page, 'Disconnect').click()
  await page.getByText('Your Stripe account is disconnected.').waitFor()
}

/** Fills the checkout of an offer in, up to where the card is asked for. */
export async function order(page, base, offer, person) {
  await page.goto(`${base}${shop}/buy/${offer}`)
  await page.getByLabel('Name', { exact: true }).first().fill(person.name)
  await page.getByLabel('Email', { exact: true }).first().fill(person.email)
  const card = page.getByRole('radio', { name: /^Card/ })
  if (await card.count()) await card.first().check()
  await page.getByRole('button', { name: /^(Order and pay|Start)/ }).last().click()
}

/** The card form of Stripe's script, in its frame. */
export const fields = (page) => page.frameLocator('iframe[title="Secure payment input frame"]')

/** Pays in the card form on the page. */
export async function payByForm(page, number) {
  await fields(page).getByLabel('Card number').fill(number)
  await page.getByRole('button', { name: /^Pay \$/ }).click()
}

/** How much was charged on the account for an e-mail's orders: count and sum. */
export async function charged(key) {
  const list = await ask('GET', 'v1/charges', { limit: '100' }, key)
  const paid = list.data.filter((charge) => charge.paid)
  return { count: paid.length, sum: paid.reduce((sum, charge) => sum + charge.amount, 0) }
}

/** Forgets what the watch saw of cards that were refused at Stripe: that is what the flow is about. */
export function forgiveRefusals(visit) {
  visit.wrong = visit.wrong.filter((what) => !/^40[02] from .*\/payment_intents\/pi_\w+\/confirm$/.test(what))
}

export { eventually }
