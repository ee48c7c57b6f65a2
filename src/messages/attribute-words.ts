import { EITHER } from '../rules/routing.ts'

/*
 * What attributes are called in messages.
 */

const WORDS: Record<string, string> = {
  'company.size': 'company size',
  'company.revenue': 'revenue',
  'company.industry': 'industry',
  'company.techStack': 'tech stack',
  'company.belowMinimum': 'company below the minimum size',
  'email.free': 'free email address',
  'icp.tier': 'tier',
  'icp.sizeTier': 'company size tier',
  'icp.industryTier': 'industry tier',
  'icp.negative': 'not our kind of customer',
  'title.seniority': 'seniority',
  'title.department': 'department',
}

/** An attribute in words: `jobTitle` is `job title`, `hubspot.products_of_interest` is `products of interest`. */
export function attributeWords(name: string): string {
  return (
    WORDS[name] ??
    name
      .replace(/^hubspot\./, '')
      .replace(/[._]/g, ' ')
      .replace(/(\p{Ll})(\p{Lu})/gu, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
  )
}

/** What is missing in words; one of several things is enough where the config says so. */
export function missingWords(missing: string): string {
  return missing.split(EITHER).map(attributeWords).join(EITHER)
}
