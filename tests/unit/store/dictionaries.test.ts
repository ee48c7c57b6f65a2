import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DICTIONARIES } from '../../../src/store/dictionaries.ts'
import { pack, unpack } from '../../../src/store/pack.ts'

const VALUE = { v: 2, id: '1', attributes: { email: { value: 'kim@smalltown.example', source: 'hubspot:email' } } }

describe('the dictionaries of packed records', () => {
  it('stay as they are: what is in somebody’s Redis was packed with them', () => {
    const digests = Object.values(DICTIONARIES).map((one) => createHash('md5').update(one).digest('hex'))
    expect(digests).toEqual([
      '681b711a14d5d2a7f9782a5f15fa136f',
      'f3d929fc22541a8a4d19c085e69ddf4d',
      'b35aaa81c09ec126603a5de2cd6d7b12',
    ])
  })

  it.each(Object.entries(DICTIONARIES))('a record that was packed with number %s is read', (number, dictionary) => {
    const body = deflateRawSync(JSON.stringify(VALUE), { dictionary })
    expect(unpack(Buffer.concat([Buffer.of(Number(number)), body]))).toEqual(VALUE)
  })

  it('one of a newer version is refused', () => {
    expect(() => unpack(Buffer.concat([Buffer.of(99), pack(VALUE).subarray(1)]))).toThrow('newer version of Baton')
  })
})
