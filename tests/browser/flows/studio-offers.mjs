import assert from 'node:assert/strict'
import { button, coach, eventually, heading, link, openSection, signIn, signOut } from '../steps.mjs'

export const title = 'A plan is made, copied, moved by keyboard and by mouse, and archived'

/** A PNG of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

export default async function (visit) {
  const { page, inspect } = visit
  const name = `Autumn plan ${Date.now()}`
  await signIn(visit, coach)
  await openSection(page, 'Offers')
  await heading(page, 'Offers').waitFor()

  // What can't be is said at its field, and what was typed stays.
  await link(page, 'New plan').click()
  await heading(page, 'New plan').waitFor()
  await inspect('plan')
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('textbox', { name: 'Price', exact: true }).fill('109')
  await page.getByLabel('Number of payments').fill('6')
  await page.getByLabel('Carry over up to').fill('5')
  await button(page, 'Save').click()
  await page.getByText(/Credits carry over only in a plan/).first().waitFor()
  assert.equal(await page.getByLabel('Number of payments').inputValue(), '6')
  await inspect('plan-refused')
  await page.getByLabel('Credits a week').fill('5')
  await page.getByLabel('Extras').fill('HR monitor included')
  await button(page, 'Save').click()
  await page.getByText(`${name} is saved.`).waitFor()

  // A picture, then a copy of the plan.
  await link(page, name).first().click()
  await heading(page, 'Edit offer').waitFor()
  await page.locator('input[name=picture]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: picture })
  await page.getByLabel('What it shows').fill('Leaves')
  await button(page, 'Save picture').click()
  await page.getByText('The picture is saved.').waitFor()
  await inspect('plan-with-picture')
  await button(page, 'Duplicate').click()
  await page.getByText(`${name} (copy) is a draft.`).waitFor()
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), `${name} (copy)`)

  // The copy stands behind the plan; by keyboard it goes in front of it.
  await openSection(page, 'Offers')
  await link(page, 'Table').click()
  // Nothing while the page is on its way to the next one.
  const rows = () => page.getByRole('row').filter({ hasText: name }).allInnerTexts().catch(() => [])
  assert.match((await rows())[1], /\(copy\)/)
  await inspect('table')
  const up = button(page, `Move ${name} (copy) up`)
  await up.focus()
  await page.keyboard.press('Enter')
  await page.getByText('The new order is saved.').waitFor()
  await eventually(page, 'the copy before its plan', async () => /\(copy\)/.test((await rows())[0] ?? ''))

  // Down again by keyboard, and up again by mouse: dragged in front of the plan.
  await button(page, `Move ${name} (copy) down`).focus()
  await page.keyboard.press('Space')
  await page.getByText('The new order is saved.').waitFor()
  await eventually(page, 'the copy behind its plan', async () => /\(copy\)/.test((await rows())[1] ?? ''))
  const row = (one) => page.locator('[data-sort-item]').filter({ hasText: one })
  // Phones have no mouse: there the buttons do it.
  if (page.viewportSize().width > 600) {
    await row(`${name} (copy)`).dragTo(row(name).filter({ hasNotText: '(copy)' }))
    await eventually(page, 'the copy in front of its plan', async () => /\(copy\)/.test((await rows())[0] ?? ''))
  }

  for (const one of [`${name} (copy)`, name]) {
    await page.getByRole('button', { name: `Archive ${one}`, exact: true }).click()
    await page.getByText('The offer is archived.').first().waitFor()
  }
  await page.getByLabel('Status').selectOption('archived')
  await button(page, 'Search').click()
  assert.equal((await rows()).length, 2)
  await link(page, 'Cards').click()
  await inspect('archived-cards')
  await link(page, 'Credit rules').click()
  await heading(page, 'Credit rules').waitFor()
  await inspect('rules')
  await button(page, 'Save').click()
  await page.getByText('The rules are saved.').waitFor()
  await signOut(page)
}
