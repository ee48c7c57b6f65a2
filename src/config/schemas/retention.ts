import { z } from 'zod'
import { Milliseconds } from './values.ts'

/** `config/retention.yaml`: how long Baton keeps what is over. */
export const Retention = z.strictObject({
  handoffs: Milliseconds.prefault('180d').describe(
    'a handoff after its end; the addresses of its messages stay with the lead',
  ),
  decisions: Milliseconds.prefault('396d').describe(
    'decisions with all that they were made from, for what-if and calibration',
  ),
  facts: Milliseconds.prefault('396d').describe('what happened, without personal data, for reports'),
})
