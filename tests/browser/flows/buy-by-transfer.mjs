import { button, coach, eventually, fillIn, heading, link, openMail, openSection, signIn, somebody } from '../steps.mjs'

export const title = 'A visitor pays by bank transfer; the coach marks the order paid'

export default async function (visit) {
  const { page, open, inspect, base } = visit
  const person = somebody('Ada Brandt')
  await open('/maya/buy/deliberate-next-step')
  await fillIn(page, person)
  await page.getByLabel('Bank transfer or cash').check()
  await button(page, 'Order and pay').click()
  await heading(page, 'Your order is reserved').waitFor()
  await page.getByText('sort code 00-00-00').waitFor()
  await inspect('instructions')
  const order = new URL(page.url()).pathname
  await openMail(visit, person.email, /^How to pay order/)

  const studio = await visit.another()
  const there = { page: studio, open: (path) => studio.goto(base + path) }
  await signIn(there, coach)
  await openSection(studio, 'Orders')
  await studio.getByRole('row').filter({ hasText: person.email }).getByRole('link').first().click()
  await button(studio, 'Mark as paid').click()
  await studio.getByText(/Order \d+ is paid\./).waitFor()
  await eventually(studio, 'the credits', () => studio.getByText('Credits handed out').isVisible())
  await link(studio, person.name).click()
  await studio.getByText('6 credits').first().waitFor()

  await open(order)
  await heading(page, 'Thank you, that’s paid').waitFor()
  await openMail(visit, person.email, /^Receipt \d+ from Maya/)
}
