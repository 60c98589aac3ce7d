import assert from 'node:assert/strict'
import { button, heading, somebody } from '../steps.mjs'
import { ask, charged, choosePlace, connect, disconnect, double, fields, forgiveRefusals, openCards, order, payByForm, shop } from '../stripe.mjs'

export const title = 'A visitor pays in the card form on the business’s own page: declined, asked by the bank, paid'

const bank = (page) => page.frameLocator('iframe[title="3-D Secure"]')

export default async function (visit) {
  const { page, inspect, base } = visit
  await openCards(visit)
  const keys = await connect(visit)
  await choosePlace(visit, /On your own page/)

  const guest = await visit.another()
  await order(guest, base, 'first-draft', somebody('Lena Brandt'))
  await heading(guest, 'Pay').waitFor()
  const form = guest.url()
  const policy = (await guest.request.get(form)).headers()['content-security-policy']
  assert.ok(policy.includes(`frame-src ${double}`) && policy.includes(`connect-src 'self' ${double}`), policy)
  assert.ok(!policy.includes('unsafe'), policy)
  await fields(guest).getByLabel('Card number').waitFor()
  await inspect('form', guest)

  // Nothing typed: the form says so, and the button works again.
  await button(guest, /^Pay \$/).click()
  await guest.getByRole('alert').getByText('Your card number is incomplete.').waitFor()
  await payByForm(guest, '4000000000000002')
  await guest.getByRole('alert').getByText(/declined/).waitFor()
  assert.equal(await guest.evaluate(() => document.activeElement.hasAttribute('data-stripe-message')), true, 'the words have the focus')
  assert.equal(guest.url(), form)
  await inspect('declined', guest)

  // The bank asks, and says no; then yes.
  await payByForm(guest, '4000002760003184')
  await bank(guest).locator('[id="3ds-fail"]').click()
  await guest.getByRole('alert').getByText(/authenticate/).waitFor()
  assert.equal((await charged(keys.secret)).count, 0)
  await payByForm(guest, '4000002760003184')
  await bank(guest).locator('[id="3ds-complete"]').click()
  await heading(guest, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 1, sum: 24000 })
  // The way back leads to the receipt, not to a second payment.
  await guest.goto(form)
  await heading(guest, 'Thank you, that’s paid').waitFor()

  // Two clicks are one charge; by keyboard alone.
  await order(guest, base, 'letter-on-ten-pages', somebody('Ines Duarte'))
  await fields(guest).getByLabel('Card number').fill('4242424242424242')
  await button(guest, /^Pay \$/).focus()
  await guest.keyboard.press('Enter')
  await guest.keyboard.press('Enter').catch(() => {})
  await heading(guest, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 2, sum: 33500 })

  // Two tabs with the same order: the second finds it paid.
  await order(guest, base, 'letter-on-ten-pages', somebody('Noor Haddad'))
  await fields(guest).getByLabel('Card number').waitFor()
  const tab = await guest.context().newPage()
  await tab.goto(guest.url())
  await payByForm(tab, '4242424242424242')
  await heading(tab, 'Thank you, that’s paid').waitFor()
  await payByForm(guest, '4242424242424242')
  await heading(guest, 'Thank you, that’s paid').waitFor()
  await tab.close()
  assert.deepEqual(await charged(keys.secret), { count: 3, sum: 43000 })

  // Stripe's script can't be loaded: the page says so, and Stripe's own page is the way on.
  const cut = await visit.another()
  const cutOff = visit.wrong.length
  await cut.route(`${double}/v3/**`, (route) => route.abort())
  await order(cut, base, 'letter-on-ten-pages', somebody('Pia Holm'))
  await cut.getByRole('alert').getByText('The card form can’t be loaded right now.').waitFor()
  await inspect('away', cut)
  await button(cut, 'Pay on Stripe’s page instead').click()
  await cut.locator('#pay-visa').click()
  await heading(cut, 'Thank you, that’s paid').waitFor()
  visit.wrong.splice(cutOff, visit.wrong.length, ...visit.wrong.slice(cutOff).filter((what) => !what.includes('ERR_FAILED')))

  // Without JavaScript Stripe's page is the only way, and it works.
  const plain = await visit.another({ javaScriptEnabled: false })
  await order(plain, base, 'letter-on-ten-pages', somebody('Ada Moreau'))
  assert.equal(await plain.locator('form[data-stripe]').isVisible(), false)
  await button(plain, 'Pay on Stripe’s page instead').click()
  await plain.locator('#pay-visa').click()
  await heading(plain, 'Thank you, that’s paid').waitFor()
  assert.deepEqual(await charged(keys.secret), { count: 5, sum: 62000 })
  await ask('POST', '_double/webhooks/settle')
  forgiveRefusals(visit)
  await disconnect(visit)
}
