import assert from 'node:assert/strict'
import { button, heading, link, openMail, somebody } from '../steps.mjs'
import { ask, charged, choosePlace, connect, disconnect, double, eventually, openCards, order, shop } from '../stripe.mjs'

export const title = 'A business connects Stripe by its keys, sells on Stripe’s page, gives back, and looks at the events'

export default async function (visit) {
  const { page, open, inspect, base } = visit
  await openCards(visit)
  await inspect('unconnected')
  await page.getByLabel('Secret or restricted key').fill('sk_test_nobody12345')
  await page.getByLabel('Publishable key').fill('pk_live_nobody12345')
  await button(page, 'Check and save').click()
  await page.getByText('One key is for live payments').first().waitFor()
  await inspect('refused-keys')
  const keys = await connect(visit)
  await choosePlace(visit, /On Stripe’s page/)
  await inspect('connected')

  // A buyer, on Stripe's page: back without paying, a declined card, then one that the bank asks about.
  const guest = await visit.another()
  const person = somebody('Lena Brandt')
  await order(guest, base, 'first-draft', person)
  await guest.waitForURL((url) => url.href.startsWith(`${double}/c/pay/`))
  await guest.locator('#back').click()
  await heading(guest, 'Your order waits for its payment').waitFor()
  await button(guest, 'Pay now').click()
  await guest.locator('#pay-declined').click()
  await guest.locator('#error').waitFor()
  await guest.locator('#pay-3ds').click()
  await guest.locator('[id="3ds-complete"]').click()
  await heading(guest, 'Thank you, that’s paid').waitFor()
  await guest.getByText('$240.00').first().waitFor()
  const receipt = guest.url()
  assert.deepEqual(await charged(keys.secret), { count: 1, sum: 24000 })

  // The browser's way back to the checkout, and its button again: no second charge, and no second order of this form.
  await guest.goto(`${base}${shop}/buy/first-draft`)
  await guest.goto(receipt)
  await guest.goBack()
  await guest.goto(`${receipt}/card`)
  await heading(guest, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 1, sum: 24000 })

  // Two clicks at once on the same form are one order.
  const twice = somebody('Mika Aalto')
  await guest.goto(`${base}${shop}/buy/letter-on-ten-pages`)
  await guest.getByLabel('Name', { exact: true }).first().fill(twice.name)
  await guest.getByLabel('Email', { exact: true }).first().fill(twice.email)
  await guest.getByRole('button', { name: /^Order and pay/ }).last().dblclick()
  await guest.waitForURL((url) => url.href.startsWith(`${double}/c/pay/`))
  const session = guest.url()
  await guest.goBack()
  await guest.waitForLoadState()
  await guest.getByRole('button', { name: /^Order and pay/ }).last().click()
  await guest.waitForURL((url) => url.href.startsWith(`${double}/c/pay/`))
  assert.equal(guest.url(), session, 'the same order and the same page')

  // Stripe does not answer while the buyer comes back, and its event is late: the page waits and goes on by itself.
  await ask('POST', '_double/webhooks', { hold: 'true' })
  for (const path of ['/v1/checkout/sessions/', '/v1/payment_intents/']) {
    await ask('POST', '_double/faults', { kind: 'status', status: '500', path, method: 'GET', times: '6' })
  }
  await guest.locator('#pay-visa').click()
  await heading(guest, 'Your payment is being checked').waitFor({ timeout: 40_000 })
  await inspect('checked', guest)
  await ask('DELETE', '_double/faults')
  await heading(guest, 'Thank you, that’s paid').waitFor({ timeout: 40_000 })
  assert.deepEqual(await charged(keys.secret), { count: 2, sum: 33500 })
  await ask('POST', '_double/webhooks', { hold: 'false' })
  await ask('POST', '_double/webhooks/release')
  await ask('POST', '_double/webhooks/settle')

  // A bank debit takes days; the buyer is told so, and the order shows it.
  const slow = somebody('Sofia Marin')
  await order(guest, base, 'letter-on-ten-pages', slow)
  await guest.locator('#pay-debit').click()
  await heading(guest, 'Your payment is on its way').waitFor()
  await inspect('on-its-way', guest)
  await link(guest, 'Back to the order').click()
  await heading(guest, 'Your payment is on its way').waitFor()
  assert.equal(await button(guest, 'Pay now').count(), 0, 'nobody pays twice')
  await guest.goBack()
  const debits = (await ask('GET', 'v1/payment_intents', { limit: '100' }, keys.secret)).data
  const debit = debits.find((intent) => intent.status === 'processing')
  await ask('POST', `_double/debits/${debit.id}`, { ok: 'true' })
  await heading(guest, 'Thank you, that’s paid').waitFor({ timeout: 40_000 })

  // Staff give a part back; the money goes back at Stripe.
  await open(`${shop}/studio/orders?search=${encodeURIComponent(person.email)}`)
  await page.getByRole('row').filter({ hasText: person.email }).getByRole('link').first().click()
  await page.getByLabel('Amount', { exact: true }).fill('40.00')
  await button(page, 'Refund').click()
  await page.getByText(/The refund of order \d+ is on its way\./).waitFor()
  await eventually(page, 'the refund at Stripe', async () => {
    const all = (await ask('GET', 'v1/refunds', { limit: '10' }, keys.secret)).data
    return all.length === 1 && all[0].amount === 4000
  })
  await eventually(page, 'the refund here', () => page.getByText('Refunded').first().isVisible())
  await inspect('order')
  await openMail(visit, person.email, /refund/i)

  // The inbox.
  await ask('POST', '_double/webhooks/settle')
  await open(`${shop}/studio/payments/stripe/events`)
  await eventually(page, 'all events handled', async () => (await page.getByText('Waiting').count()) <= 1)
  await page.getByText(/^Order \d+ is paid$/).first().waitFor()
  await inspect('events')
  await page.getByLabel('State').selectOption({ label: 'Handled' })
  await button(page, 'Search').click()
  await page.getByRole('row').filter({ hasText: 'payment_intent.succeeded' }).first().getByRole('link').click()
  await inspect('event')
  await button(page, 'Run again').click()
  await page.getByText('It is run again.').waitFor()
  await eventually(page, 'a second run', async () => (await page.locator('dl.facts').innerText()).includes('2'))
  assert.deepEqual(await charged(keys.secret), { count: 3, sum: 43000 })
  await open(`${shop}/studio/payments/stripe/audits`)
  await inspect('audits')
  await disconnect(visit)
}
