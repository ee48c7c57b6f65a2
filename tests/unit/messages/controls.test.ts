import { describe, expect, it } from 'vitest'
import type { Button, ButtonAct } from '../../../src/handoffs/kinds.ts'
import { controls } from '../../../src/messages/controls.ts'
import { leadRecord, started } from '../../support/records.ts'

const button = (label: string, act: ButtonAct): Button => ({ name: label.toLowerCase(), label, act, do: [] })
const MENU = [button('Pass on', 'pass-on'), button('Why this score', 'explain')]

/** What stands in the row, left to right; the menu as its options. */
function row(...buttons: Button[]): (string | string[])[] {
  const { elements } = controls(leadRecord(), started(), buttons) as { elements: Element[] }
  return elements.map(({ options, text }) => options?.map((one) => one.text.text) ?? text?.text ?? '')
}

interface Element {
  text?: { text: string }
  options?: { text: { text: string } }[]
}

describe('the buttons of a message', () => {
  it.each<[string, Button[], (string | string[])[]]>([
    [
      'one, HubSpot and the menu',
      [button('Contacted', 'answer')],
      ['Contacted', 'HubSpot', ['Pass on', 'Why this score']],
    ],
    [
      'two short ones, with HubSpot in the menu',
      [button('Accept', 'end'), button('Reject', 'end')],
      ['Accept', 'Reject', ['HubSpot', 'Pass on', 'Why this score']],
    ],
    [
      'an attempt with what takes the answer back, before what settles it',
      [button('Attempt made', 'attempt'), button('Qualified', 'end'), button('Undo', 'undo')],
      ['Attempt made', 'Undo', ['HubSpot', 'Qualified', 'Pass on', 'Why this score']],
    ],
    [
      'one of two long ones, the other in the menu',
      [button('Attempt made', 'attempt'), button('Not interested', 'end')],
      ['Attempt made', 'HubSpot', ['Not interested', 'Pass on', 'Why this score']],
    ],
    [
      'a long one alone with the menu',
      [button('Spoke to the customer', 'answer')],
      ['Spoke to the customer', ['HubSpot', 'Pass on', 'Why this score']],
    ],
  ])('stand in one row on a phone: %s', (_, buttons, shown) => {
    expect(row(...buttons, ...MENU)).toEqual(shown)
  })

  it('all stay where a menu is full', () => {
    const many = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven'].map((label) => button(label, 'end'))
    expect(
      row(...many, ...MENU)
        .flat()
        .sort(),
    ).toEqual(
      [...many, ...MENU]
        .map(({ label }) => label)
        .concat('HubSpot')
        .sort(),
    )
  })
})
