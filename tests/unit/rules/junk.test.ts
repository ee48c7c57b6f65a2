import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type JunkConfig, junkReason } from '../../../src/rules/junk.ts'
import { facts, NOW } from '../../support/records.ts'

const { icp } = await loadConfig('config', NOW)
const shipped: JunkConfig = icp.junk ?? { domains: { add: [], remove: [] } }

const reasonOf = (values: Record<string, AttributeValue>, config = shipped) => junkReason(config, facts(values))
const ofAddress = (email: string, config = shipped) =>
  reasonOf({ email, 'email.domain': email.split('@')[1] ?? '', firstName: 'Kim', lastName: 'Ray' }, config)

describe('an address', () => {
  it.each([
    ['kim@mailinator.com', 'disposable address of mailinator.com'],
    ['kim@eu.mailinator.com', 'disposable address of mailinator.com'],
    ['Kim@MAILINATOR.COM', 'disposable address of mailinator.com'],
    ['kim@mailinator.com.', 'disposable address of mailinator.com'],
    ['kim@yopmail.com', 'disposable address of yopmail.com'],
    ['kim@guerrillamail.com', 'disposable address of guerrillamail.com'],
    ['kim@10minutemail.com', 'disposable address of 10minutemail.com'],
    ['kim@trashmail.com', 'disposable address of trashmail.com'],
    ['mailto:kim@northwind.example', 'the address begins with mailto:'],
    ['MAILTO:kim@gmail.com', 'the address begins with mailto:'],
    ['<mailto:kim@gmail.com>', 'the address begins with mailto:'],
    ['kim@gmial.com', 'the address is misspelt: gmial.com for gmail.com'],
    ['kim@gamil.com', 'the address is misspelt: gamil.com for gmail.com'],
    ['kim@gmai.com', 'the address is misspelt: gmai.com for gmail.com'],
    ['kim@gmaill.com', 'the address is misspelt: gmaill.com for gmail.com'],
    ['kim@gnail.com', 'the address is misspelt: gnail.com for gmail.com'],
    ['kim@gmail.con', 'the address is misspelt: gmail.con for gmail.com'],
    ['kim@gmail.co', 'the address is misspelt: gmail.co for gmail.com'],
    ['kim@gmail.cm', 'the address is misspelt: gmail.cm for gmail.com'],
    ['kim@gmail.comm', 'the address is misspelt: gmail.comm for gmail.com'],
    ['kim@gmial.con', 'the address is misspelt: gmial.con for gmail.com'],
    ['kim@hotmial.com', 'the address is misspelt: hotmial.com for hotmail.com'],
    ['kim@hotmal.com', 'the address is misspelt: hotmal.com for hotmail.com'],
    ['kim@hotmail.con', 'the address is misspelt: hotmail.con for hotmail.com'],
    ['kim@outlok.com', 'the address is misspelt: outlok.com for outlook.com'],
    ['kim@outlook.cmo', 'the address is misspelt: outlook.cmo for outlook.com'],
    ['kim@yaho.com', 'the address is misspelt: yaho.com for yahoo.com'],
    ['kim@yahooo.com', 'the address is misspelt: yahooo.com for yahoo.com'],
    ['kim@iclod.com', 'the address is misspelt: iclod.com for icloud.com'],
    ['kim', 'the address is none'],
    ['kim@@gmail.com', 'the address is none'],
    ['kim ray@gmail.com', 'the address is none'],
    ['@gmail.com', 'the address is none'],
  ])('%s is junk: %s', (email, reason) => {
    expect(ofAddress(email)).toBe(reason)
  })

  it.each([
    ...[
      'gmail.com',
      'googlemail.com',
      'hotmail.com',
      'hotmail.fr',
      'hotmail.co.uk',
      'hotmail.co',
      'outlook.com',
      'outlook.de',
    ],
    ...['yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'ymail.com', 'icloud.com', 'me.com', 'mac.com', 'live.de', 'msn.com'],
    ...[
      'mail.com',
      'email.com',
      'gmx.co',
      'gmx.de',
      'gmx.net',
      'web.de',
      't-online.de',
      'orange.fr',
      'free.fr',
      'aol.com',
    ],
    ...[
      'proton.me',
      'protonmail.com',
      'tutanota.com',
      'hey.com',
      'mailbox.org',
      'posteo.de',
      'zoho.eu',
      'fastmail.com',
    ],
    ...['privaterelay.appleid.com', 'duck.com', 'mozmail.com', 'qq.com', '163.com', '126.com', 'mail.ru', 'yandex.ru'],
    ...[
      '21cn.com',
      'naver.com',
      'rediffmail.com',
      'mail.co',
      'qmail.com',
      'umail.com',
      'cloud.com',
      'acme.com',
      'ibm.com',
    ],
    ...['gail.com', 'outlooks.com', 'gmailer.com', 'comcast.com', 'verizon.com', 'gmail.example', 'northwind.example'],
    ...['mailing.io', 'gm.com', 'mailinator.example', 'yahoo.example', 'hotmail-marketing.com'],
    ...['xn--bcher-kva.example', 'bücher.example', 'a.b.c.d.example'],
  ])('at %s is none', (domain) => {
    expect(ofAddress(`kim@${domain}`)).toBeUndefined()
  })

  it('of nobody, or with what is unusual, is none', () => {
    expect(reasonOf({})).toBeUndefined()
    expect(ofAddress('"kim+news"@northwind.example')).toBeUndefined()
    expect(ofAddress('kïm.o’neil@northwind.example')).toBeUndefined()
  })
})

type Person = [first: string | undefined, last: string | undefined, company?: string, jobTitle?: string]

function ofPerson([firstName, lastName, company, jobTitle]: Person): string | undefined {
  const values = { firstName, lastName, 'company.name': company, jobTitle, 'email.domain': 'kims-bakery.com' }
  return reasonOf(Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value ? [[key, value]] : []))))
}

describe('a name', () => {
  it.each<[Person, string]>([
    [['asdasd', 'asdasd', 'asdasd'], 'the same text in first name, last name, company'],
    [['Asdasd', ' ASDASD ', 'asdasd', 'CEO'], 'the same text in first name, last name, company'],
    [['xyz', 'xyz', 'Acme', 'xyz'], 'the same text in first name, last name, job title'],
    [['Kim', 'asd', 'asd', 'asd'], 'the same text in last name, company, job title'],
    [['12345', '67890'], 'the name has no letter'],
    [['!!!', '???'], 'the name has no letter'],
    [['🙂🙂', undefined], 'the name has no letter'],
    [['1', '2'], 'the name has no letter'],
    [['...', '-'], 'the name has no letter'],
    [['https://win.example/x', 'Kim'], 'a web address stands in the name'],
    [['Kim', 'click www.win.example'], 'a web address stands in the name'],
    [['Free money bit.ly/abc', 'now'], 'a web address stands in the name'],
    [['Casino casino-win.ru', 'Kim'], 'a web address stands in the name'],
    [['t.me/casino', undefined], 'a web address stands in the name'],
  ])('%j is junk: %s', (person, reason) => {
    expect(ofPerson(person)).toBe(reason)
  })

  it.each<[Person]>([
    ...([[['李', '明']], [['Ali', 'Ö.']], [['محمد', 'علي']], [['Владимир', 'Иванов']], [['Σοφία', 'Π']]] as [Person][]),
    ...([[['राम', 'शर्मा']], [['สมชาย', undefined]], [['김', '철수']], [['ひろし', 'さとう']]] as [Person][]),
    ...([[['A', 'B']], [['Q', undefined]], [['Kim', '.']], [['Kim', '-']], [['.', '.']], [['-', undefined]]] as [
      Person,
    ][]),
    ...([
      [['Test', 'Test']],
      [['Test', 'User', 'Test']],
      [['Ali', 'Ali', 'Acme']],
      [['Madonna', undefined, 'Madonna']],
    ] as [Person][]),
    ...([[['X', 'X', 'X']], [['Li', 'Li', 'Li']], [["O'Neil", 'D’Arcy']], [['J.R.', 'St.John']]] as [Person][]),
    ...([[['Kim', 'Ray Jr.', 'Acme.com']], [['Kim', 'kims-bakery.com']], [['K1m', 'R4y']], [['Kim 2', 'Ray']]] as [
      Person,
    ][]),
    ...([[['Kim', 'Ray', 'Kim Ray', 'Owner']], [[undefined, undefined, 'Acme', 'Acme']], [[undefined, undefined]]] as [
      Person,
    ][]),
    ...([[['Dr.Kim', 'Ray']], [['kim.ray', 'Ray']], [['null', 'null']], [['Anna-Lena', 'von der Höhe']]] as [Person][]),
  ])('%j is none', (person) => {
    expect(ofPerson(person)).toBeUndefined()
  })
})

describe('a honeypot', () => {
  const config: JunkConfig = { ...shipped, honeypot: 'hubspot.fax_number' }
  it.each<[AttributeValue | undefined, boolean]>([
    ['http://win.example', true],
    ['x', true],
    [1, true],
    ['true', true],
    [undefined, false],
    ['', false],
    ['  ', false],
    ['false', false],
    ['No', false],
    [0, false],
  ])('that holds %j: junk is %s', (value, isJunk) => {
    const values: Record<string, AttributeValue> = value === undefined ? {} : { 'hubspot.fax_number': value }
    expect(reasonOf(values, config) !== undefined).toBe(isJunk)
    expect(reasonOf(values)).toBeUndefined()
  })
})

describe('who is none whatever the address', () => {
  const email = 'kim@mailinator.com'
  it.each<Record<string, AttributeValue>>([
    { 'hubspot.baton_not_junk': 'true' },
    { 'hubspot.baton_not_junk': true },
    { lifecycleStage: 'customer' },
    { lifecycleStage: 'opportunity' },
    { leadStatus: 'CONNECTED' },
  ])('%j', (values) => {
    expect(reasonOf({ email, ...values })).toBeUndefined()
  })

  it.each<Record<string, AttributeValue>>([
    { 'hubspot.baton_not_junk': 'false' },
    { lifecycleStage: 'lead' },
    { leadStatus: 'NEW' },
  ])('but not by %j', (values) => {
    expect(reasonOf({ email, ...values })).toBe('disposable address of mailinator.com')
  })

  it('the config corrects the list, subdomains with it', () => {
    const domains = { add: ['throwaway.example'], remove: ['yopmail.com', 'gmaill.com'] }
    const config = { ...shipped, domains }
    expect(ofAddress('kim@a.throwaway.example', config)).toBe('disposable address of throwaway.example')
    expect(ofAddress('kim@eu.yopmail.com', config)).toBeUndefined()
    expect(ofAddress('kim@gmaill.com', config)).toBeUndefined()
    expect(ofAddress('kim@mailinator.com', config)).toBeDefined()
  })
})
