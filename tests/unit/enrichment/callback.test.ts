import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../src/enrichment/callback.ts'

const FIELDS = {
  ...{ jobTitle: 'person.title', 'company.size': 'company.employees', 'company.industry': 'company.industry' },
  ...{ 'company.domain': 'company.site', 'company.techStack': 'company.tools', 'company.name': 'company.names.0' },
}

describe('what an answer says', () => {
  it('is read by the paths of the config, as what the attributes can hold', () => {
    const company = {
      ...{ employees: '240', industry: 'Computer Software', site: 'Acme.Example', tools: ['a', 7, 'b'] },
      ...{ names: [' Acme\u202e\n Inc '], other: 'is left alone' },
    }
    const { answer, unfit } = answerOf('clay', FIELDS, { requestId: 'x', person: { title: 'VP' }, company })
    const clay = (value: unknown) => ({ value, source: 'clay' })
    expect(answer).toEqual({
      status: 'matched',
      personal: { jobTitle: clay('VP') },
      shared: {
        ...{ 'company.size': clay(240), 'company.industry': clay('computer software') },
        ...{
          'company.domain': clay('acme.example'),
          'company.techStack': clay(['a', 'b']),
          'company.name': clay('Acme Inc'),
        },
      },
    })
    expect(unfit).toEqual([])
  })

  it.each<[string, unknown]>([
    ['text for a number', { company: { employees: 'many' } }],
    ['a negative number', { company: { employees: -1 } }],
    ['a map for a number', { company: { employees: { value: 1 } } }],
    ['text that never ends', { person: { title: 'x'.repeat(201) } }],
    ['a number for text', { person: { title: 7 } }],
    ['a domain that is none', { company: { site: 'https://acme.example/' } }],
    ['text for a list', { company: { tools: 'a, b' } }],
    ['true for a number', { company: { employees: true } }],
  ])('%s is left out, and named', (_, content) => {
    const { answer, unfit } = answerOf('clay', FIELDS, content)
    expect(answer).toEqual({ status: 'not-found', personal: {}, shared: {} })
    expect(unfit).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['empty values', { person: { title: '' }, company: { employees: null } }],
    ['what is only inherited', Object.create({ person: { title: 'VP' } })],
    ['a text where a map is meant', { person: 'VP', company: 'Acme' }],
  ])('%s is that nobody was found', (_, content) => {
    expect(answerOf('clay', FIELDS, content)).toEqual({
      answer: { status: 'not-found', personal: {}, shared: {} },
      unfit: [],
    })
  })
})
