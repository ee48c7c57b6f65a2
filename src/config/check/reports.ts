import { SCOPES } from '../schemas/conditions.ts'
import { field, items } from './content.ts'
import { expectAttribute, type FileCheck } from './names.ts'

/** Checks the attributes of data quality in reports.yaml. Whom it names is no reason not to load (`sense/reports.ts`). */
export function checkReports(check: FileCheck): void {
  for (const [index, one] of items(field(check.content, 'dataQuality', 'required'))) {
    const at = ['dataQuality', 'required', index]
    if (typeof one === 'string') expectAttribute(check, at, one, SCOPES.profile)
    for (const [inside, name] of items(one)) expectAttribute(check, [...at, inside], String(name), SCOPES.profile)
  }
}
