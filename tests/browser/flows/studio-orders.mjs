import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { button, coach, eventually, fillIn, heading, link, openSection, signIn, somebody } from '../steps.mjs'

export const title = 'The coach finds an order, gives a part of it back, and takes its documents and the list away as files'

/** What a click downloads. */
async function download(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
}

export default async function (visit) {
  const { page, inspect, base } = visit
  const person = somebody('Greta Sommer')
  const guest = await visit.another()
  await guest.goto(`${base}/maya/buy/deliberate-next-step`)
  await fillIn(guest, person)
  await guest.getByLabel('Bank transfer or cash').check()
  await button(guest, 'Order and pay').click()
  await heading(guest, 'Your order is reserved').waitFor()
  const order = guest.url()

  await signIn(visit, coach)
  await openSection(page, 'Orders')
  await inspect('list')
  await page.getByLabel('Number, name or email').fill(person.email)
  await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Waiting for payment' })
  await button(page, 'Search').click()
  await page.getByText(/^1 order, £/).waitFor()
  await inspect('found')
  await page.locator('summary', { hasText: 'Export' }).click()
  await page.getByLabel('What the file holds').selectOption({ label: 'Lines of orders' })
  await inspect('export')
  const table = await download(page, () => button(page, 'Download').click())
  assert.equal(table.name, 'lines.csv')
  assert.ok(table.content.toString('utf8').includes(person.email), 'the list that was found')

  await page.getByRole('row').filter({ hasText: person.email }).getByRole('link').first().click()
  await button(page, 'Send how to pay again').click()
  await page.getByText(`On its way to ${person.email} once more.`).waitFor()
  await button(page, 'Mark as paid').click()
  await page.getByText(/Order \d+ is paid\./).waitFor()
  await eventually(page, 'the credits', () => page.getByText('Credits handed out').isVisible())
  for (const name of ['Receipt (PDF)', 'Invoice (PDF)']) {
    const file = await download(page, () => link(page, name).first().click())
    assert.match(file.name, /^(receipt-\d+|invoice-INV-\d+)\.pdf$/)
    assert.equal(file.content.subarray(0, 5).toString(), '%PDF-')
  }
  await page.getByLabel('Of single lines').check()
  await page.locator('summary', { hasText: 'Amounts of the lines' }).click()
  await inspect('refund')
  const line = page.getByRole('group').getByRole('textbox').first()
  await line.fill('999999')
  await button(page, 'Refund').click()
  await page.getByText(/at most what is left/).waitFor()
  await inspect('refused')
  await page.getByLabel('Of single lines').check()
  await line.fill('10.00')
  await button(page, 'Refund').click()
  await page.getByText(/The refund of order \d+ is on its way\./).waitFor()
  await page.getByText('Owed to the client').first().waitFor()
  await inspect('order')
  const note = await download(page, () => link(page, 'Credit note (PDF)').first().click())
  assert.match(note.name, /^credit-note-CN-\d+\.pdf$/)

  await openSection(page, 'Dashboard')
  await page.getByRole('link', { name: /refunds? (is|are) owed/ }).click()
  await page.getByRole('row').filter({ hasText: person.email }).waitFor()
  await link(page, 'Money in').click()
  await heading(page, 'Money in').waitFor()
  await inspect('money')
  await openSection(page, 'Orders')
  await link(page, 'Taxes').click()
  await page.getByRole('textbox', { name: 'Name' }).fill('VAT')
  await page.getByRole('textbox', { name: 'Rate' }).fill('a lot')
  await button(page, 'Add a rate').click()
  await page.getByText('A rate from 0 to 100').first().waitFor()
  await page.getByRole('textbox', { name: 'Rate' }).fill('20')
  await button(page, 'Add a rate').click()
  await page.getByText('VAT is there now.').waitFor()
  await inspect('taxes')
  await link(page, 'Ways to pay').click()
  await inspect('ways')

  await guest.goto(order)
  await guest.locator('summary', { hasText: 'Company address' }).click()
  await guest.getByLabel('Invoice to').fill('Sommer Ltd\n1 High Street')
  await button(guest, 'Save').click()
  await guest.getByText('1 High Street').first().waitFor()
  const file = await download(guest, () => link(guest, 'Receipt (PDF)').click())
  assert.match(file.name, /^receipt-\d+\.pdf$/)
}
